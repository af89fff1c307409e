import type { KeepAlive } from "../messages.ts";
import { isAbsent } from "./fields.ts";
import type { TaskSpec } from "./task-spec.ts";

/** "Are you still there?" */
export const keepAlive: TaskSpec<KeepAlive> = {
  kind: "keep-alive",
  meaning: "Asks a push worker whether it is there, every 10 s when there is nothing else to say.",
  words: { TASK: ["KEEPALIVE"] },
  claims: (fields) => isAbsent(fields["STATUS"]),
  decode: () => ({ kind: "keep-alive" }),
  encode: () => ({ TASK: "KEEPALIVE" }),
  examples: [{ line: '{"TASK":"KEEPALIVE"}', message: { kind: "keep-alive" } }],
};
