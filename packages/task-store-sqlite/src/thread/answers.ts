import type { MessagePort } from "node:worker_threads";
import { failureOf } from "../failure.ts";
import type { Asked, Failure, Reply, Results, TakeRows } from "../messages.ts";

/** What the thread says to the main loop. */
export interface Answers {
  /** Why nothing more can be done. */
  readonly broken: Failure | undefined;
  readonly give: (id: number, result: Results[keyof Results]) => void;
  /** Hands over rows that come before a result. */
  readonly giveRows: (id: number) => TakeRows;
  readonly refuse: (asked: Pick<Asked, "id">, failure: Failure) => void;
  /** Notes what was thrown, and gives it its name. Only a full disk can be overcome. */
  readonly judge: (error: unknown) => Failure;
}

export function createAnswers(port: MessagePort): Answers {
  const reply = (message: Reply): void => port.postMessage(message);
  let broken: Failure | undefined;

  return {
    get broken() {
      return broken;
    },
    give: (id, result) => reply({ id, result }),
    giveRows: (id) => (rows) => reply({ id, rows }),
    refuse: ({ id }, failure) => reply({ id, failure }),
    judge(error) {
      const failure = failureOf(error);
      // Nobody knows what the file looks like now, and the next commit might only seem to succeed.
      if (failure.code !== "ERR_STORE_FULL") broken ??= failure;
      return failure;
    },
  };
}
