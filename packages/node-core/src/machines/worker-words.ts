import { jsonText, type NodeId } from "@mutirao/primitives";
import {
  type AttemptOutcome,
  CLASS_LINE_MAX_BYTES,
  encodedBytes,
  type Message,
  QUERY_TYPE,
  type Query,
  queryPayload,
  type WorkerStatus,
} from "@mutirao/protocol";
import type { WorkerNodeOptions } from "../options/worker-options.ts";
import { OUTPUT_TOO_LARGE, type RunOrder } from "./worker-runs.ts";

/** The word that a notice names a message by. */
export const wordOf = (message: Message): string => (message.kind === "unknown" ? message.word : message.kind);

/** A task in the class's words as one that a handler can run; it has no name and no time limit of its own. */
export const orderOf = ({ user }: Query, { foreignTimeoutMs }: WorkerNodeOptions): RunOrder => ({
  taskType: QUERY_TYPE,
  payload: queryPayload(user),
  timeoutMs: foreignTimeoutMs,
  ref: undefined,
});

const NO_OUTPUT = jsonText("{}");

/** A result in the class's words. One that takes more than their readers are sure to take is none. */
export function statusOf(worker: NodeId, outcome: AttemptOutcome): WorkerStatus {
  const status: WorkerStatus = outcome.isOk
    ? { kind: "worker-status", worker, isOk: true, output: outcome.output }
    : { kind: "worker-status", worker, isOk: false, output: NO_OUTPUT, error: `${outcome.code}: ${outcome.message}` };
  if (encodedBytes(status) <= CLASS_LINE_MAX_BYTES) return status;
  return statusOf(worker, OUTPUT_TOO_LARGE);
}
