import { durationMs, nodeId } from "@mutirao/primitives";
import { z } from "zod";
import type { HeartbeatRequest } from "../messages.ts";
import { extension, hasExtension } from "./extension.ts";
import { firstId, optionalIdField, readFields } from "./fields.ts";
import { beatMaxBytes, readPeerWords, writePeerWords } from "./peer-words.ts";
import type { TaskSpec } from "./task-spec.ts";

const wire = z.object({ SERVER_UUID: optionalIdField });

/** "Are you alive?", in the three spellings that are in use. */
export const heartbeatRequest: TaskSpec<HeartbeatRequest> = {
  kind: "heartbeat-request",
  meaning:
    "Asks a node whether it is alive. The brief's own request is bare: it does not say who asks, so the one who is " +
    "asked learns nothing. The class later added SERVER_UUID. An older spelling is still heard. Masters of ours tell each " +
    "other in EXT how they are, and which of the other's workers are with them: that renews the leases.",
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
    if (!hasExtension(fields)) return { kind: "heartbeat-request", dialect: "class", from };
    const words = readPeerWords(fields);
    return "problem" in words ? words : { kind: "heartbeat-request", dialect: "class", from, ...words };
  },
  encode({ dialect, from, peer }) {
    if (dialect === "legacy") return { SERVER: "ALIVE", TASK: "REQUEST" };
    if (dialect === "class") {
      return { SERVER_UUID: from, TASK: "HEARTBEAT", EXT: peer && extension(writePeerWords(peer)) };
    }
    return { TASK: "HEARTBEAT" };
  },
  lineMaxBytes: beatMaxBytes,
  examples: [
    { line: '{"TASK":"HEARTBEAT"}', message: { kind: "heartbeat-request", dialect: "brief" } },
    {
      line: '{"SERVER_UUID":"SERVER_2","TASK":"HEARTBEAT"}',
      message: { kind: "heartbeat-request", dialect: "class", from: nodeId("SERVER_2") },
    },
    {
      line: '{"SERVER_UUID":"m1","TASK":"HEARTBEAT","EXT":{"v":1}}',
      message: { kind: "heartbeat-request", dialect: "class", from: nodeId("m1"), peer: {} },
    },
    {
      line:
        '{"SERVER_UUID":"m1","TASK":"HEARTBEAT","EXT":{"v":1,"figures":{"spare":2,"waitMs":0,"backlog":0,"workers":4,' +
        '"serviceMs":100,"state":"NORMAL","at":{"ip":"10.0.0.7","port":9101},"http":{"ip":"10.0.0.7","port":8080}},' +
        '"guests":[["w1",7]]}}',
      message: {
        kind: "heartbeat-request",
        dialect: "class",
        from: nodeId("m1"),
        peer: {
          figures: {
            spare: 2,
            waitMs: durationMs(0),
            backlog: 0,
            workers: 4,
            serviceMs: durationMs(100),
            state: "NORMAL",
            at: { host: "10.0.0.7", port: 9_101 },
            http: { host: "10.0.0.7", port: 8_080 },
          },
          guests: [{ worker: nodeId("w1"), epoch: 7 }],
        },
      },
    },
    { line: '{"SERVER":"ALIVE","TASK":"REQUEST"}', message: { kind: "heartbeat-request", dialect: "legacy" } },
  ],
};
