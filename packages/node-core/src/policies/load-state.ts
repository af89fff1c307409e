import type { LoadState } from "../master-views.ts";

/** A figure with the two marks between which a state is kept. */
export interface Watermarks {
  readonly high: number;
  readonly low: number;
}

export interface LoadFigures {
  /** Tasks that wait. */
  readonly backlog: number;
  /** `undefined` while tasks wait and there is nobody to do them. */
  readonly estimatedWaitMs: number | undefined;
  /** Workers that could take a task, busy or not. */
  readonly workers: number;
  /** How long there has been no worker while tasks waited. */
  readonly unattendedMs: number;
}

export interface LoadThresholds {
  readonly backlog: Watermarks;
  /** Not looked at if absent. */
  readonly waitMs: Watermarks | undefined;
  /** How long tasks may wait without any worker before that is called by its name. */
  readonly stalledAfterMs: number;
}

/** The figure that decided. */
export type LoadCause = "backlog" | "estimatedWait" | "workers";

/**
 * Too much work, or nobody to do it?
 *
 *   NORMAL --a figure above its high mark--> SATURATED --every figure below its low mark--> NORMAL
 *   any --tasks wait, and no worker for a while--> STALLED --a worker, or no task--> as the figures say
 *
 * Two marks instead of one keep the state from flapping while a figure wavers around either of them. No worker is
 * worse than a long queue and has another remedy, so it has a name of its own; but only after a while, since a
 * worker that reconnects is gone for a moment each time.
 */
export function nextLoadState(
  current: LoadState,
  figures: LoadFigures,
  thresholds: LoadThresholds,
): { readonly state: LoadState; readonly causes: readonly LoadCause[] } {
  const { backlog, workers, unattendedMs } = figures;
  if (backlog > 0 && workers === 0 && unattendedMs >= thresholds.stalledAfterMs) {
    return { state: "STALLED", causes: ["workers"] };
  }
  const above = tripped(figures, thresholds, "high");
  if (above.length > 0) return { state: "SATURATED", causes: above };
  if (current === "NORMAL") return { state: "NORMAL", causes: [] };
  // On its way down a figure counts until it is below its low mark.
  const stillHigh = tripped(figures, thresholds, "low");
  if (current === "SATURATED" && stillHigh.length > 0) return { state: "SATURATED", causes: stillHigh };
  return { state: "NORMAL", causes: [] };
}

function tripped(
  { backlog, estimatedWaitMs }: LoadFigures,
  thresholds: LoadThresholds,
  mark: keyof Watermarks,
): readonly LoadCause[] {
  const isOver = (value: number, marks: Watermarks): boolean =>
    mark === "high" ? value > marks.high : value >= marks.low;
  const causes: LoadCause[] = [];
  if (isOver(backlog, thresholds.backlog)) causes.push("backlog");
  const { waitMs } = thresholds;
  if (waitMs !== undefined && isOver(estimatedWaitMs ?? Number.POSITIVE_INFINITY, waitMs) && backlog > 0) {
    causes.push("estimatedWait");
  }
  return causes;
}
