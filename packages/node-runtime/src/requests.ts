import { type Answer, type RequestId, requestId } from "@mutirao/node-core";

/** What was asked of a core and is not answered yet. */
export interface Requests {
  /** Asks under a new number. Rejects if nobody will answer. */
  ask(deliver: (request: RequestId) => void): Promise<Answer>;
  answer(request: RequestId, answer: Answer): void;
  /** The core answers nothing any more. */
  refuseAll(error: Error): void;
}

export function createRequests(): Requests {
  const waiting = new Map<RequestId, PromiseWithResolvers<Answer>>();
  let asked = 0;
  let refused: Error | undefined;
  return {
    ask(deliver) {
      if (refused !== undefined) return Promise.reject(refused);
      const request = requestId(asked++);
      const answer = Promise.withResolvers<Answer>();
      waiting.set(request, answer);
      deliver(request);
      return answer.promise;
    },
    answer(request, answer) {
      waiting.get(request)?.resolve(answer);
      waiting.delete(request);
    },
    refuseAll(error) {
      refused = error;
      for (const { reject } of waiting.values()) reject(error);
      waiting.clear();
    },
  };
}
