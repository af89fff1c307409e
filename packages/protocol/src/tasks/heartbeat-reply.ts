import { durationMs, nodeId } from "@mutirao/primitives";
import { z } from "zod";
import type { HeartbeatReply } from "../messages.ts";
import type { WireObject } from "../wire-object.ts";
import { extension, hasExtension } from "./extension.ts";
import { durationField, firstId, optionalIdField, readFields } from "./fields.ts";
import { beatMaxBytes, readPeerWords, writePeerWords } from "./peer-words.ts";
import type { FieldProblem, TaskSpec } from "./task-spec.ts";

const wire = z.object({
  SERVER_ID: optionalIdField,
  SERVER_UUID: optionalIdField,
  MASTER: optionalIdField,
  MASTER_UUID: optionalIdField,
});

const leaseWire = z.object({ EXT: z.object({ leaseMs: durationField.optional() }) });

/** The older spelling, with the class's typing error and without. */
const isLegacy = (fields: WireObject): boolean =>
  (fields["TASK"] === "RECIEVE" || fields["TASK"] === "RECEIVE") && fields["SERVER"] === "ALIVE";

/** "I am alive", and who I am. */
export const heartbeatReply: TaskSpec<HeartbeatReply> = {
  kind: "heartbeat-reply",
  meaning:
    "Answers a heartbeat, and this is how nodes discover each other's ids. A bare request is answered in exactly the " +
    "brief's shape, a request with SERVER_UUID with both keys. The id is SERVER_ID, else SERVER_UUID, else MASTER or " +
    "MASTER_UUID; a peer that sends none of them goes by its host:port. Masters of ours tell each other in EXT how they are, " +
    "and which of the workers that the request named are wanted back; to a worker that is a guest a master of ours says how " +
    "much longer its lease lasts.",
  words: { TASK: ["HEARTBEAT", "RECIEVE", "RECEIVE"] },
  claims: (fields) => (fields["TASK"] === "HEARTBEAT" && fields["RESPONSE"] === "ALIVE") || isLegacy(fields),
  decode(fields) {
    if (isLegacy(fields)) return { kind: "heartbeat-reply", dialect: "legacy" };
    const read = readFields(wire, fields);
    if ("problem" in read) return read;
    const { SERVER_ID, SERVER_UUID, MASTER, MASTER_UUID } = read.fields;
    const dialect = firstId(SERVER_UUID) === undefined ? "brief" : "class";
    const from = firstId(SERVER_ID, SERVER_UUID, MASTER, MASTER_UUID);
    const added = dialect === "class" && hasExtension(fields) ? readAdded(fields) : {};
    if ("problem" in added) return added;
    return { kind: "heartbeat-reply", dialect, ...(from === undefined ? {} : { from }), ...added };
  },
  encode({ dialect, from, peer, leaseMs }) {
    if (dialect === "legacy") return { SERVER: "ALIVE", TASK: "RECIEVE" };
    if (dialect === "brief") return { TASK: "HEARTBEAT", RESPONSE: "ALIVE", SERVER_ID: from };
    const isPlain = peer === undefined && leaseMs === undefined;
    return {
      SERVER_UUID: from,
      TASK: "HEARTBEAT",
      RESPONSE: "ALIVE",
      SERVER_ID: from,
      EXT: isPlain ? undefined : extension({ ...writePeerWords(peer ?? {}), leaseMs }),
    };
  },
  lineMaxBytes: beatMaxBytes,
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
      line: '{"SERVER_UUID":"m1","TASK":"HEARTBEAT","RESPONSE":"ALIVE","SERVER_ID":"m1","EXT":{"v":1}}',
      message: { kind: "heartbeat-reply", dialect: "class", from: nodeId("m1"), peer: {} },
    },
    {
      line:
        '{"SERVER_UUID":"m1","TASK":"HEARTBEAT","RESPONSE":"ALIVE","SERVER_ID":"m1","EXT":{"v":1,"figures":{"spare":0,' +
        '"waitMs":250,"backlog":10,"workers":4,"serviceMs":100,"state":"SATURATED"},"wanted":[["w1",7]]}}',
      message: {
        kind: "heartbeat-reply",
        dialect: "class",
        from: nodeId("m1"),
        peer: {
          figures: {
            spare: 0,
            waitMs: durationMs(250),
            backlog: 10,
            workers: 4,
            serviceMs: durationMs(100),
            state: "SATURATED",
          },
          wanted: [{ worker: nodeId("w1"), epoch: 7 }],
        },
      },
    },
    {
      line:
        '{"SERVER_UUID":"m1","TASK":"HEARTBEAT","RESPONSE":"ALIVE","SERVER_ID":"m1",' +
        '"EXT":{"v":1,"leaseMs":30000}}',
      message: { kind: "heartbeat-reply", dialect: "class", from: nodeId("m1"), leaseMs: durationMs(30_000) },
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

/** What stands in `EXT`. The length of a lease is said to a worker, and alone it says nothing to a master. */
function readAdded(fields: WireObject): Pick<HeartbeatReply, "peer" | "leaseMs"> | FieldProblem {
  const read = readFields(leaseWire, fields);
  if ("problem" in read) return read;
  const words = readPeerWords(fields);
  if ("problem" in words) return words;
  const { leaseMs } = read.fields.EXT;
  if (leaseMs === undefined) return words;
  return Object.keys(words.peer).length === 0 ? { leaseMs } : { ...words, leaseMs };
}
