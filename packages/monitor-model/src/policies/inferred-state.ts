import type { MonitoredMaster } from "@mutirao/operator-api/monitor";

export interface LoadFigures {
  readonly pending: number | undefined;
  readonly maxTask: number | undefined;
  readonly workersAlive: number | undefined;
}

/**
 * The state of a master that does not say it, read off its figures: tasks that nobody is there to do are a stall, and
 * more of them than its own limit are saturation. What is not known is not guessed.
 */
export function inferredState({ pending, maxTask, workersAlive }: LoadFigures): MonitoredMaster["state"] {
  if (pending === undefined) return "UNKNOWN";
  if (pending > 0 && workersAlive === 0) return "STALLED";
  return maxTask !== undefined && pending > maxTask ? "SATURATED" : "NORMAL";
}
