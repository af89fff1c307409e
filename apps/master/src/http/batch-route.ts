import { type Handle, sendProblem } from "@mutirao/http-server";
import type { Problem } from "@mutirao/operator-api";
import type { MasterAccess } from "../master-access.ts";
import { runBatch } from "./batch.ts";
import type { HttpLimits } from "./http-limits.ts";
import { typeProblem } from "./json-body.ts";
import { problemOf } from "./problem.ts";

/** The batches that are being read. */
export interface BatchRoute {
  readonly count: number;
  readonly handle: Handle;
  /** What has been read is answered, and no more is read. */
  close(): void;
}

export interface BatchRouteTools {
  readonly master: MasterAccess;
  readonly limits: HttpLimits;
  readonly onError: (error: unknown) => Problem;
}

export function createBatchRoute({ master, limits, onError }: BatchRouteTools): BatchRoute {
  const closing = new AbortController();
  let count = 0;
  return {
    get count() {
      return count;
    },
    async handle(request, reply) {
      const problem = typeProblem(request.headers["content-type"]);
      if (problem !== undefined) return sendProblem(reply, problem);
      if (count >= limits.batchesMax) {
        return sendProblem(reply, problemOf("ERR_BATCHES_FULL", `${count} batches are being read already`));
      }
      reply.hijack();
      count++;
      try {
        await runBatch(request.raw, reply.raw, { master, limits, onError, closing: closing.signal });
      } finally {
        count--;
      }
      return reply;
    },
    close: () => closing.abort(),
  };
}
