import type { Asked, OtherJob, WriteJob } from "../messages.ts";

/** What was asked for and is not done yet. */
export interface WaitingJobs {
  readonly isEmpty: boolean;
  add(asked: Asked): void;
  /** The oldest writes, as many as are to share a transaction. */
  takeWrites(): readonly Asked<WriteJob>[];
  /** The oldest of the others. */
  takeOther(): Asked<OtherJob> | undefined;
}

/** A group of more than some thousand tasks is not cheaper per task, and those behind it wait for longer. */
const GROUP_CELLS_MAX = 200_000;

export function createWaitingJobs(): WaitingJobs {
  let writes: Asked<WriteJob>[] = [];
  const others: Asked<OtherJob>[] = [];

  return {
    get isEmpty() {
      return writes.length + others.length === 0;
    },
    add({ id, job }) {
      if (job.kind === "write") writes.push({ id, job });
      else others.push({ id, job });
    },
    takeWrites() {
      let cells = 0;
      const rest = writes.findIndex(({ job }) => {
        cells += job.cells.length;
        return cells > GROUP_CELLS_MAX;
      });
      // One that is too large by itself is a group all the same.
      const taken = rest === -1 ? writes : writes.slice(0, Math.max(1, rest));
      writes = writes.slice(taken.length);
      return taken;
    },
    takeOther: () => others.shift(),
  };
}
