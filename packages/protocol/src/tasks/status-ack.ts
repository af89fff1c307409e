import { nodeId } from "@mutirao/primitives";
import type { StatusAck } from "../messages.ts";
import { hasExtension } from "./extension.ts";
import { readWorker } from "./fields.ts";
import type { TaskSpec } from "./task-spec.ts";

/** "Your result is noted." */
export const statusAck: TaskSpec<StatusAck> = {
  kind: "status-ack",
  meaning:
    "A master has taken a result, and the worker may forget it. Some readers like to see their id in it. Never sent to push " +
    "workers: they would take it for a bad task and answer NOK, without end.",
  words: { STATUS: ["ACK"], TASK: ["QUERY"] },
  claims: (fields) => fields["STATUS"] === "ACK" && !hasExtension(fields),
  decode: (fields) => readWorker("status-ack", fields),
  encode: ({ worker }) => ({ STATUS: "ACK", WORKER_UUID: worker }),
  examples: [
    { line: '{"STATUS":"ACK"}', message: { kind: "status-ack" } },
    {
      line: '{"STATUS":"ACK","WORKER_UUID":"worker-7"}',
      message: { kind: "status-ack", worker: nodeId("worker-7") },
    },
    {
      line: '{"STATUS":"ACK","TASK":"QUERY","WORKER_UUID":null}',
      message: { kind: "status-ack" },
      onlyReceived: true,
    },
  ],
};
