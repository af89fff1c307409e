import { durationMs, nodeId } from "@mutirao/primitives";
import { z } from "zod";
import type { Offer, OfferTerms } from "../lending-messages.ts";
import { CLASS_LINE_MAX_BYTES, SESSION_LINE_MAX_BYTES } from "../limits.ts";
import type { WireObject } from "../wire-object.ts";
import { extension, hasExtension } from "./extension.ts";
import { countField, durationField, readFields } from "./fields.ts";
import { leasePairs, offersWorkers, readLeases, readSender, readWorkers, writeWait } from "./lending-fields.ts";
import type { FieldProblem, TaskSpec } from "./task-spec.ts";

const termsWire = z.object({
  EXT: z.object({ spare: countField, waitMs: durationField, standing: z.boolean().optional() }),
});

/** Whether the line grants what was asked for, in either spelling. */
export const isGrant = (fields: WireObject): boolean =>
  fields["TASK"] === "WORKER_RESPONSE" ? fields["STATUS"] === "ACK" : fields["RESPONSE"] === "AVAILABLE";

/** Whether the line has the older spelling. */
export const isWorkerResponse = (fields: WireObject): boolean => fields["TASK"] === "WORKER_RESPONSE";

/** The keys in which either spelling lists the workers, its own first. */
const listKeys = (fields: WireObject): readonly string[] =>
  isWorkerResponse(fields) ? ["WORKERS", "WORKERS_UUID"] : ["WORKERS_UUID", "WORKERS"];

/** A grant of nobody is a refusal. */
export const grantsWorkers = (fields: WireObject): boolean =>
  isGrant(fields) && offersWorkers(fields, ...listKeys(fields));

/** "You get these." */
export const offer: TaskSpec<Offer> = {
  kind: "offer",
  meaning:
    "A master lends workers. Who is listed may never come: only a worker's own ALIVE makes it a guest. What is no id is left " +
    "out of the list, and so is an id that came before; when nobody is left, the line is a refusal. A master of ours adds " +
    "in EXT the epochs of the leases, how many more it could lend, how long a task waits there, and whether the rest of " +
    "what was asked for stands; it may then offer more on the same connection.",
  words: { RESPONSE: ["AVAILABLE"], TASK: ["WORKER_RESPONSE"] },
  claims: grantsWorkers,
  decode(fields) {
    const from = readSender(fields);
    if ("problem" in from) return from;
    const read = readWorkers(fields, ...listKeys(fields));
    if ("problem" in read) return read;
    const terms = hasExtension(fields) && !isWorkerResponse(fields) ? readTerms(fields) : undefined;
    if (terms !== undefined && "problem" in terms) return terms;
    return {
      kind: "offer",
      dialect: isWorkerResponse(fields) ? "legacy" : "class",
      ...from.sender,
      workers: read.workers,
      ...(terms === undefined ? {} : { terms }),
    };
  },
  encode({ dialect, from, workers, terms }) {
    if (dialect === "legacy") return { TASK: "WORKER_RESPONSE", STATUS: "ACK", MASTER_UUID: from, WORKERS: workers };
    return { SERVER_UUID: from, RESPONSE: "AVAILABLE", WORKERS_UUID: workers, EXT: terms && writeTerms(terms) };
  },
  lineMaxBytes: ({ terms }) => (terms === undefined ? CLASS_LINE_MAX_BYTES : SESSION_LINE_MAX_BYTES),
  examples: [
    {
      line: '{"SERVER_UUID":"SERVER_2","RESPONSE":"AVAILABLE","WORKERS_UUID":["w1","w2"]}',
      message: { kind: "offer", dialect: "class", from: nodeId("SERVER_2"), workers: [nodeId("w1"), nodeId("w2")] },
    },
    {
      line: '{"SERVER_UUID":"SERVER_2","RESPONSE":"AVAILABLE","WORKERS_UUID":[null,"w1","w1",7,""]}',
      message: { kind: "offer", dialect: "class", from: nodeId("SERVER_2"), workers: [nodeId("w1")] },
      onlyReceived: true,
    },
    {
      line:
        '{"SERVER_UUID":"m1","RESPONSE":"AVAILABLE","WORKERS_UUID":["w1"],' +
        '"EXT":{"v":1,"leases":[["w1",7]],"spare":2,"waitMs":0,"standing":true}}',
      message: {
        kind: "offer",
        dialect: "class",
        from: nodeId("m1"),
        workers: [nodeId("w1")],
        terms: {
          leases: [{ worker: nodeId("w1"), epoch: 7 }],
          spare: 2,
          waitMs: durationMs(0),
          isStanding: true,
        },
      },
    },
    {
      line: '{"TASK":"WORKER_RESPONSE","STATUS":"ACK","MASTER_UUID":"id_4","WORKERS":["w1"]}',
      message: { kind: "offer", dialect: "legacy", from: nodeId("id_4"), workers: [nodeId("w1")] },
    },
  ],
};

function readTerms(fields: WireObject): OfferTerms | FieldProblem {
  const read = readFields(termsWire, fields);
  if ("problem" in read) return read;
  const leases = readLeases(fields, "leases");
  if ("problem" in leases) return leases;
  const { spare, waitMs, standing = false } = read.fields.EXT;
  return { leases: leases.items, spare, waitMs, isStanding: standing };
}

const writeTerms = ({ leases, spare, waitMs, isStanding }: OfferTerms): WireObject =>
  extension({ leases: leasePairs(leases), spare, waitMs: writeWait(waitMs), standing: isStanding || undefined });
