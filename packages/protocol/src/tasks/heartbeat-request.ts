import { nodeId } from "@mutirao/primitives";
import { z } from "zod";
import type { HeartbeatRequest } from "../messages.ts";
import { firstId, optionalIdField, readFields } from "./fields.ts";
import type { TaskSpec } from "./task-spec.ts";

const wire = z.object({ SERVER_UUID: optionalIdField });

/** "Are you alive?", in the three spellings that are in use. */
export const heartbeatRequest: TaskSpec<HeartbeatRequest> = {
  kind: "heartbeat-request",
  meaning:
    "Asks a node whether it is alive. The brief's own request is bare: it does not say who asks, so the one who is " +
    "asked learns nothing. The class later added SERVER_UUID. An older spelling is still heard.",
  words: { TASK: ["HEARTBEAT", "REQUEST"] },
  claims: (fields) =>
    (fields["TASK"] === "HEARTBEAT" && fields["RESPONSE"] === undefined) ||
    (fields["TASK"] === "REQUEST" && fields["SERVER"] === "ALIVE"),
  decode(fields) {
    if (fields["TASK"] === "REQUEST") return { kind: "heartbeat-request", dialect: "legacy" };
    const read = readFields(wire, fields);
    if ("problem" in read) return read;
    const from = firstId(read.fields.SERVER_UUID);
    if (from === undefined) return { kind: "heartbeat-request", dialect: "brief" };
    return { kind: "heartbeat-request", dialect: "class", from };
  },
  encode({ dialect, from }) {
    if (dialect === "legacy") return { SERVER: "ALIVE", TASK: "REQUEST" };
    if (dialect === "class") return { SERVER_UUID: from, TASK: "HEARTBEAT" };
    return { TASK: "HEARTBEAT" };
  },
  examples: [
    { line: '{"TASK":"HEARTBEAT"}', message: { kind: "heartbeat-request", dialect: "brief" } },
    {
      line: '{"SERVER_UUID":"SERVER_2","TASK":"HEARTBEAT"}',
      message: { kind: "heartbeat-request", dialect: "class", from: nodeId("SERVER_2") },
    },
    { line: '{"SERVER":"ALIVE","TASK":"REQUEST"}', message: { kind: "heartbeat-request", dialect: "legacy" } },
  ],
};
