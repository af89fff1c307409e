import type { IncomingMessage, ServerResponse } from "node:http";
import type { TaskDraft } from "@mutirao/node-core";
import { apiLimits, type Problem } from "@mutirao/operator-api";
import type { MasterAccess } from "../master-access.ts";
import { type AnswerQueue, createAnswerQueue } from "./answer-queue.ts";
import { type BatchEntry, batchAnswerText, batchRefusalText, readBatchLine } from "./batch-answers.ts";
import type { HttpLimits } from "./http-limits.ts";
import { createNdjsonLines, type NdjsonLine } from "./ndjson-lines.ts";

export interface BatchTools {
  readonly master: MasterAccess;
  readonly limits: Pick<HttpLimits, "draftsPerSubmitMax" | "submitsInFlightMax" | "batchAnswersMaxBytes">;
  /** What a submission that was rejected means. */
  readonly onError: (error: unknown) => Problem;
  /** Aborted when the server closes: what has been read is answered, and no more is read. */
  readonly closing: AbortSignal;
}

const HEAD = {
  "content-type": "application/x-ndjson",
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
} as const;

/**
 * Reads a batch and answers it, line by line and in order, as one stream in each direction. Resolves when all that was
 * read is answered, or when the client has gone.
 *
 * Both sides push back: the batch is not read on while too many submissions wait for the disk, or while the client has
 * too many answers to take. Submissions overlap, so the lines of a batch share their flushes.
 */
export async function runBatch(request: IncomingMessage, response: ServerResponse, tools: BatchTools): Promise<void> {
  response.writeHead(200, HEAD);
  response.flushHeaders();
  const answers = createAnswerQueue(response, tools.limits);
  await readAll(request, answers, tools);
  await answers.drained();
  // Whoever is still sending when the server closes would keep it from closing.
  response.end(() => {
    if (!request.complete) request.destroy();
  });
}

function readAll(request: IncomingMessage, answers: AnswerQueue, tools: BatchTools): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const { limits, closing } = tools;
  const lines = createNdjsonLines(apiLimits.batchLineMaxBytes);
  let waiting: readonly NdjsonLine[] = [];
  let hasEnded = false;

  const pump = (): void => {
    if (answers.isFull) {
      request.pause();
      return;
    }
    if (waiting.length > 0) answers.push(answerLines(waiting.slice(0, limits.draftsPerSubmitMax), tools));
    waiting = waiting.slice(limits.draftsPerSubmitMax);
    if (waiting.length > 0) {
      // The rest has its turn after everybody else's.
      request.pause();
      setImmediate(pump);
    } else if (hasEnded) finish();
    else request.resume();
  };
  const onData = (chunk: Buffer): void => {
    waiting = [...waiting, ...lines.push(chunk)];
    pump();
  };
  const onEnd = (): void => {
    waiting = [...waiting, ...lines.end()];
    hasEnded = true;
    pump();
  };
  const finish = (): void => {
    request.off("data", onData).off("end", onEnd).off("close", finish);
    closing.removeEventListener("abort", finish);
    answers.onRoom = undefined;
    resolve();
  };
  answers.onRoom = pump;
  closing.addEventListener("abort", finish);
  request.on("data", onData).once("end", onEnd).once("close", finish);
  return promise;
}

async function answerLines(lines: readonly NdjsonLine[], { master, onError }: BatchTools): Promise<string> {
  const entries = lines.map(readBatchLine);
  const drafts = entries.flatMap((entry: BatchEntry): TaskDraft[] => ("draft" in entry ? [entry.draft] : []));
  if (drafts.length === 0) return batchAnswerText(entries, []);
  try {
    return batchAnswerText(entries, await master.submit(drafts));
  } catch (error) {
    return batchRefusalText(entries, onError(error));
  }
}
