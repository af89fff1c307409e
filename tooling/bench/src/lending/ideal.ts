import { createHeap } from "@mutirao/primitives";
import { createTaskQueue, type TaskQueue } from "./model/task-queue.ts";
import type { Trace } from "./world.ts";

/**
 * IDEAL: one queue before all workers, first come, first served; a worker is wherever it is needed at once. Nobody can
 * reach that. It is computed from the trace alone.
 *
 * @returns when each task would have been done.
 */
export function idealEnds({ masters, workersEach, tasks }: Trace): Float64Array {
  const free = createHeap<number>((a, b) => a < b);
  for (let worker = 0; worker < masters * workersEach; worker++) free.add(0);
  return Float64Array.from(tasks, ({ atMs, serviceMs }) => {
    const endMs = Math.max(atMs, free.takeFirst() ?? 0) + serviceMs;
    free.add(endMs);
    return endMs;
  });
}

/**
 * IDEAL-P: the same, but a worker takes its own master's oldest task first, so that nobody is hurt by what others have to
 * do, as far as that can be.
 */
export function privateIdealEnds(trace: Trace): Float64Array {
  const { masters, workersEach, tasks } = trace;
  const ends = new Float64Array(tasks.length);
  const queues: readonly TaskQueue[] = Array.from({ length: masters }, createTaskQueue);
  const idle = new Array<number>(masters).fill(workersEach);
  let idleSomewhere = masters * workersEach;
  const running = createHeap<{ readonly endMs: number; readonly owner: number }>((a, b) => a.endMs < b.endMs);

  const start = (task: number, owner: number, nowMs: number): void => {
    const endMs = nowMs + (tasks[task]?.serviceMs ?? 0);
    ends[task] = endMs;
    running.add({ endMs, owner });
  };
  /** The oldest of all that wait; a task's number is its age. */
  const oldest = (): number | undefined => {
    let first: TaskQueue | undefined;
    for (const queue of queues) if (queue.size > 0 && queue.first() < (first?.first() ?? Infinity)) first = queue;
    return first?.take();
  };
  const free = ({ endMs, owner }: { endMs: number; owner: number }): void => {
    const task = queues[owner]?.take() ?? oldest();
    if (task !== undefined) {
      start(task, owner, endMs);
      return;
    }
    idle[owner] = (idle[owner] ?? 0) + 1;
    idleSomewhere++;
  };
  for (const [task, { atMs, master }] of tasks.entries()) {
    for (let next = running.first(); next !== undefined && next.endMs <= atMs; next = running.first()) {
      running.takeFirst();
      free(next);
    }
    if (idleSomewhere === 0) {
      queues[master]?.add(task);
      continue;
    }
    const owner = (idle[master] ?? 0) > 0 ? master : idle.findIndex((count) => count > 0);
    idle[owner] = (idle[owner] ?? 0) - 1;
    idleSomewhere--;
    start(task, owner, atMs);
  }
  for (let next = running.takeFirst(); next !== undefined; next = running.takeFirst()) free(next);
  return ends;
}
