import { nodeId } from "@mutirao/primitives";
import { z } from "zod";
import type { HeartbeatReply } from "../messages.ts";
import type { WireObject } from "../wire-object.ts";
import { firstId, optionalIdField, readFields } from "./fields.ts";
import type { TaskSpec } from "./task-spec.ts";

const wire = z.object({
  SERVER_ID: optionalIdField,
  SERVER_UUID: optionalIdField,
  MASTER: optionalIdField,
  MASTER_UUID: optionalIdField,
});

/** The older spelling, with the class's typing error and without. */
const isLegacy = (fields: WireObject): boolean =>
  (fields["TASK"] === "RECIEVE" || fields["TASK"] === "RECEIVE") && fields["SERVER"] === "ALIVE";

/** "I am alive", and who I am. */
export const heartbeatReply: TaskSpec<HeartbeatReply> = {
  kind: "heartbeat-reply",
  meaning:
    "Answers a heartbeat, and this is how nodes discover each other's ids. A bare request is answered in exactly the " +
    "brief's shape, a request with SERVER_UUID with both keys. The id is SERVER_ID, else SERVER_UUID, else MASTER or " +
    "MASTER_UUID; a peer that sends none of them goes by its host:port.",
  words: { TASK: ["HEARTBEAT", "RECIEVE", "RECEIVE"] },
  claims: (fields) => (fields["TASK"] === "HEARTBEAT" && fields["RESPONSE"] === "ALIVE") || isLegacy(fields),
  decode(fields) {
    if (isLegacy(fields)) return { kind: "heartbeat-reply", dialect: "legacy" };
    const read = readFields(wire, fields);
    if ("problem" in read) return read;
    const { SERVER_ID, SERVER_UUID, MASTER, MASTER_UUID } = read.fields;
    const dialect = firstId(SERVER_UUID) === undefined ? "brief" : "class";
    const from = firstId(SERVER_ID, SERVER_UUID, MASTER, MASTER_UUID);
    return from === undefined ? { kind: "heartbeat-reply", dialect } : { kind: "heartbeat-reply", dialect, from };
  },
  encode({ dialect, from }) {
    if (dialect === "legacy") return { SERVER: "ALIVE", TASK: "RECIEVE" };
    if (dialect === "brief") return { TASK: "HEARTBEAT", RESPONSE: "ALIVE", SERVER_ID: from };
    return { SERVER_UUID: from, TASK: "HEARTBEAT", RESPONSE: "ALIVE", SERVER_ID: from };
  },
  examples: [
    {
      line: '{"TASK":"HEARTBEAT","RESPONSE":"ALIVE","SERVER_ID":"4b3e7c1a-0d5f-4a52-9a53-7f1f2d1f6a10"}',
      message: {
        kind: "heartbeat-reply",
        dialect: "brief",
        from: nodeId("4b3e7c1a-0d5f-4a52-9a53-7f1f2d1f6a10"),
      },
    },
    {
      line: '{"SERVER_UUID":"SERVER_2","TASK":"HEARTBEAT","RESPONSE":"ALIVE","SERVER_ID":"SERVER_2"}',
      message: { kind: "heartbeat-reply", dialect: "class", from: nodeId("SERVER_2") },
    },
    {
      line: '{"SERVER_UUID":"SERVER_2","TASK":"HEARTBEAT","RESPONSE":"ALIVE"}',
      message: { kind: "heartbeat-reply", dialect: "class", from: nodeId("SERVER_2") },
      onlyReceived: true,
    },
    {
      line: '{"TASK":"HEARTBEAT","RESPONSE":"ALIVE","MASTER_UUID":"id_4"}',
      message: { kind: "heartbeat-reply", dialect: "brief", from: nodeId("id_4") },
      onlyReceived: true,
    },
    {
      line: '{"SERVER":"ALIVE","TASK":"RECIEVE"}',
      message: { kind: "heartbeat-reply", dialect: "legacy" },
    },
    {
      line: '{"SERVER":"ALIVE","TASK":"RECEIVE"}',
      message: { kind: "heartbeat-reply", dialect: "legacy" },
      onlyReceived: true,
    },
  ],
};
