import { durationMs, nodeId } from "@mutirao/primitives";
import { z } from "zod";
import type { RefusalTerms, WorkerRefusal } from "../lending-messages.ts";
import { CLASS_LINE_MAX_BYTES, SESSION_LINE_MAX_BYTES, WORD_MAX } from "../limits.ts";
import { printable } from "../printable.ts";
import type { WireObject } from "../wire-object.ts";
import { extension, hasExtension } from "./extension.ts";
import { countField, durationField, readFields, wordField } from "./fields.ts";
import { readSender, writeWait } from "./lending-fields.ts";
import { grantsWorkers, isGrant, isWorkerResponse } from "./offer.ts";
import type { FieldProblem, TaskSpec } from "./task-spec.ts";

const termsWire = z.object({
  EXT: z.object({
    code: wordField,
    retryAfterMs: durationField,
    standing: z.boolean().optional(),
    spare: countField,
    waitMs: durationField,
  }),
});

const isDenial = (fields: WireObject): boolean =>
  isWorkerResponse(fields) ? fields["STATUS"] === "NACK" : fields["RESPONSE"] === "UNAVAILABLE";

/** "You get none." */
export const workerRefusal: TaskSpec<WorkerRefusal> = {
  kind: "worker-refusal",
  meaning:
    "A master lends nobody; a grant without anybody in its list says the same. A master of ours adds in EXT why (the codes are " +
    "in errors.md), after what time it may be worth asking again, whether the ask stands nevertheless, how many it could lend, " +
    "and how long a task waits there.",
  words: { RESPONSE: ["UNAVAILABLE", "AVAILABLE"], TASK: ["WORKER_RESPONSE"] },
  claims: (fields) => isDenial(fields) || (isGrant(fields) && !grantsWorkers(fields)),
  decode(fields) {
    const from = readSender(fields);
    if ("problem" in from) return from;
    // An empty grant's EXT is that of a grant.
    const hasTerms = isDenial(fields) && !isWorkerResponse(fields) && hasExtension(fields);
    const terms = hasTerms ? readTerms(fields) : undefined;
    if (terms !== undefined && "problem" in terms) return terms;
    return {
      kind: "worker-refusal",
      dialect: isWorkerResponse(fields) ? "legacy" : "class",
      ...from.sender,
      ...(terms === undefined ? {} : { terms }),
    };
  },
  encode({ dialect, from, terms }) {
    if (dialect === "legacy") return { TASK: "WORKER_RESPONSE", STATUS: "NACK", MASTER_UUID: from, WORKERS: [] };
    return { SERVER_UUID: from, RESPONSE: "UNAVAILABLE", EXT: terms && writeTerms(terms) };
  },
  lineMaxBytes: ({ terms }) => (terms === undefined ? CLASS_LINE_MAX_BYTES : SESSION_LINE_MAX_BYTES),
  examples: [
    {
      line: '{"SERVER_UUID":"SERVER_2","RESPONSE":"UNAVAILABLE"}',
      message: { kind: "worker-refusal", dialect: "class", from: nodeId("SERVER_2") },
    },
    {
      line: '{"SERVER_UUID":"SERVER_2","RESPONSE":"UNAVAILABLE","WORKERS_UUID":[]}',
      message: { kind: "worker-refusal", dialect: "class", from: nodeId("SERVER_2") },
      onlyReceived: true,
    },
    {
      line: '{"SERVER_UUID":"SERVER_2","RESPONSE":"AVAILABLE","WORKERS_UUID":[null]}',
      message: { kind: "worker-refusal", dialect: "class", from: nodeId("SERVER_2") },
      onlyReceived: true,
    },
    {
      line:
        '{"SERVER_UUID":"m1","RESPONSE":"UNAVAILABLE",' +
        '"EXT":{"v":1,"code":"LEND_NONE_IDLE","retryAfterMs":0,"standing":true,"spare":0,"waitMs":250}}',
      message: {
        kind: "worker-refusal",
        dialect: "class",
        from: nodeId("m1"),
        terms: {
          code: "LEND_NONE_IDLE",
          retryAfterMs: durationMs(0),
          isStanding: true,
          spare: 0,
          waitMs: durationMs(250),
        },
      },
    },
    {
      line: '{"TASK":"WORKER_RESPONSE","STATUS":"NACK","MASTER_UUID":"id_4","WORKERS":[]}',
      message: { kind: "worker-refusal", dialect: "legacy", from: nodeId("id_4") },
    },
    {
      line: '{"TASK":"WORKER_RESPONSE","STATUS":"ACK","MASTER_UUID":"id_4"}',
      message: { kind: "worker-refusal", dialect: "legacy", from: nodeId("id_4") },
      onlyReceived: true,
    },
  ],
};

function readTerms(fields: WireObject): RefusalTerms | FieldProblem {
  const read = readFields(termsWire, fields);
  if ("problem" in read) return read;
  const { code, retryAfterMs, standing = false, spare, waitMs } = read.fields.EXT;
  return { code, retryAfterMs, isStanding: standing, spare, waitMs };
}

const writeTerms = ({ code, retryAfterMs, isStanding, spare, waitMs }: RefusalTerms): WireObject =>
  extension({
    code: printable(code, WORD_MAX),
    retryAfterMs,
    standing: isStanding || undefined,
    spare,
    waitMs: writeWait(waitMs),
  });
