import type { InstantMs } from "@mutirao/primitives";
import type { Attempts } from "./attempts.ts";
import type { Backlog } from "./backlog.ts";
import type { ClassWorkers } from "./class-workers.ts";
import type { Farm } from "./farm.ts";
import type { SessionTalk } from "./session-talk.ts";
import type { WorkerRecord } from "./worker-record.ts";

export interface DispatchTools {
  readonly backlog: Backlog;
  readonly farm: Farm;
  readonly attempts: Attempts;
  readonly talk: SessionTalk;
  readonly classWorkers: ClassWorkers;
}

/**
 * Gives out what waits to whoever has room: one task to each worker in turn, so that a few tasks are spread over many
 * workers, until nothing waits that anybody could take.
 */
export function dispatch(tools: DispatchTools, now: InstantMs): void {
  const { backlog, farm } = tools;
  if (backlog.ready === 0 || farm.available.size === 0) return;
  /** Workers for which nothing waits that they can do. They may have been served once before. */
  const unfit = new Set<WorkerRecord>();
  for (const worker of farm.available) {
    // Whoever is served and has room left comes to the end of the set, and so up again here.
    if (backlog.ready === 0) return;
    if (unfit.has(worker)) continue;
    if (!serve(tools, worker, now)) unfit.add(worker);
  }
}

function serve(
  { backlog, attempts, talk, classWorkers }: DispatchTools,
  worker: WorkerRecord,
  now: InstantMs,
): boolean {
  if (worker.style === "push") return classWorkers.push(worker, now);
  const task = backlog.next(worker.types, false);
  if (task === undefined) return false;
  talk.assign(attempts.give(task, worker, { timeoutMs: task.order.timeoutMs }, now));
  return true;
}
