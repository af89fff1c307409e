import type { Asked, Failure, WriteJob } from "../messages.ts";
import type { Answers } from "./answers.ts";
import type { WriteGroup } from "./write-group.ts";

/** Makes writes durable together, and answers them. */
export type CommitWrites = (writes: readonly Asked<WriteJob>[]) => void;

export function createCommitWrites(writeGroup: WriteGroup, answers: Answers): CommitWrites {
  let refused: { readonly era: number; readonly failure: Failure } | undefined;

  /** What was asked for before its caller knew of a full disk may build on what was refused, and is refused with it. */
  const failureOf = ({ job }: Asked<WriteJob>): Failure | undefined =>
    answers.broken ?? (refused !== undefined && job.era <= refused.era ? refused.failure : undefined);

  return (writes) => {
    const possible = writes.filter((asked) => {
      const failure = failureOf(asked);
      if (failure !== undefined) answers.refuse(asked, failure);
      return failure === undefined;
    });
    if (possible.length === 0) return;
    try {
      const mistakes = writeGroup(possible.map(({ job }) => job.cells));
      for (const [index, { id }] of possible.entries()) answers.give(id, mistakes[index] ?? []);
    } catch (error) {
      const failure = answers.judge(error);
      refused = { era: Math.max(...possible.map(({ job }) => job.era)), failure };
      for (const asked of possible) answers.refuse(asked, failure);
    }
  };
}
