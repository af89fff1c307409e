import { nodeId } from "@mutirao/primitives";
import type { Pong } from "../messages.ts";
import { readWorker } from "./fields.ts";
import type { TaskSpec } from "./task-spec.ts";

/** "I am still there." */
export const pong: TaskSpec<Pong> = {
  kind: "pong",
  meaning: "A push worker answers a keep-alive; if it runs a task, perhaps only when that is done.",
  words: { STATUS: ["PONG"], TASK: ["KEEPALIVE"] },
  claims: (fields) => fields["STATUS"] === "PONG",
  decode: (fields) => readWorker("pong", fields),
  encode: ({ worker }) => ({ STATUS: "PONG", WORKER_UUID: worker }),
  examples: [
    { line: '{"STATUS":"PONG","WORKER_UUID":"worker-7"}', message: { kind: "pong", worker: nodeId("worker-7") } },
    { line: '{"STATUS":"PONG"}', message: { kind: "pong" } },
    {
      line: '{"TASK":"KEEPALIVE","STATUS":"PONG","WORKER_UUID":""}',
      message: { kind: "pong" },
      onlyReceived: true,
    },
  ],
};
