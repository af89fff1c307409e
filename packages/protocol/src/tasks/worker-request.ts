import { durationMs, nodeId } from "@mutirao/primitives";
import { z } from "zod";
import type { RequestTerms, WorkerRequest } from "../lending-messages.ts";
import { CLASS_LINE_MAX_BYTES, NEEDED_MAX, SESSION_LINE_MAX_BYTES } from "../limits.ts";
import { isWireObject, type WireObject } from "../wire-object.ts";
import { extension, hasExtension } from "./extension.ts";
import { countField, durationField, idField, isAbsent, portField, readFields } from "./fields.ts";
import { hostField, readSender, writeEndpoint } from "./lending-fields.ts";
import type { FieldProblem, TaskSpec } from "./task-spec.ts";

const isWhole = (needed: number): boolean => Number.isInteger(needed) && needed >= 1;

/** Some write the number as a text. More than can be lent at once is read as the most that can. */
const neededField = z
  .union([
    z.number(),
    z
      .string()
      .regex(/^\d{1,15}$/)
      .transform(Number),
  ])
  .refine(isWhole)
  .transform((needed) => Math.min(needed, NEEDED_MAX));

const wire = z.object({
  REQUESTOR_INFO: z.object({ ip: hostField, port: portField, needed: neededField.nullish() }),
});

const termsWire = z.object({
  EXT: z.object({
    ask: idField,
    backlog: countField,
    serviceMs: durationField,
    workers: countField,
    lifeMs: durationField,
    severe: z.boolean().optional(),
  }),
});

const isLegacy = (fields: WireObject): boolean => fields["TASK"] === "WORKERS_NEEDED";

/** "Lend me workers." */
export const workerRequest: TaskSpec<WorkerRequest> = {
  kind: "worker-request",
  meaning:
    "A master asks another for workers and says where they are to connect. A line without needed asks for one; more than " +
    "1,024 counts as 1,024. The older WORKERS_NEEDED is answered by WORKER_RESPONSE; its address and its number are read " +
    "beside REQUESTOR_INFO as well. A master of ours adds who it is, and in EXT the name of the ask, its backlog, mean " +
    "service time and workers, how long the ask stands at the lender, and whether the need is severe.",
  words: { TASK: ["WORKER_REQUEST", "WORKERS_NEEDED"] },
  decode(fields) {
    const from = readSender(fields);
    if ("problem" in from) return from;
    const read = readFields(wire, isLegacy(fields) ? gathered(fields) : fields);
    if ("problem" in read) return read;
    const terms = hasExtension(fields) && !isLegacy(fields) ? readTerms(fields) : undefined;
    if (terms !== undefined && "problem" in terms) return terms;
    const { ip, port, needed } = read.fields.REQUESTOR_INFO;
    return {
      kind: "worker-request",
      dialect: isLegacy(fields) ? "legacy" : "class",
      ...from.sender,
      at: { host: ip, port },
      needed: needed ?? 1,
      ...(terms === undefined ? {} : { terms }),
    };
  },
  // The line of somebody who needs one worker is the class's to the byte.
  encode: ({ dialect, from, at, needed, terms }) => ({
    ...(dialect === "legacy" ? { MASTER_UUID: from } : { SERVER_UUID: from }),
    TASK: dialect === "legacy" ? "WORKERS_NEEDED" : "WORKER_REQUEST",
    REQUESTOR_INFO: { ...writeEndpoint(at), needed: needed === 1 ? undefined : needed },
    EXT: dialect === "legacy" ? undefined : terms && writeTerms(terms),
  }),
  lineMaxBytes: ({ terms }) => (terms === undefined ? CLASS_LINE_MAX_BYTES : SESSION_LINE_MAX_BYTES),
  examples: [
    {
      line: '{"TASK":"WORKER_REQUEST","REQUESTOR_INFO":{"ip":"10.0.0.7","port":9101}}',
      message: { kind: "worker-request", dialect: "class", at: { host: "10.0.0.7", port: 9_101 }, needed: 1 },
    },
    {
      line: '{"TASK":"WORKER_REQUEST","REQUESTOR_INFO":{"ip":"10.0.0.7","port":"9101","needed":"3"}}',
      message: { kind: "worker-request", dialect: "class", at: { host: "10.0.0.7", port: 9_101 }, needed: 3 },
      onlyReceived: true,
    },
    {
      line:
        '{"SERVER_UUID":"m1","TASK":"WORKER_REQUEST","REQUESTOR_INFO":{"ip":"10.0.0.7","port":9101,"needed":3},' +
        '"EXT":{"v":1,"ask":"a7","backlog":40,"serviceMs":100,"workers":8,"lifeMs":300,"severe":true}}',
      message: {
        kind: "worker-request",
        dialect: "class",
        from: nodeId("m1"),
        at: { host: "10.0.0.7", port: 9_101 },
        needed: 3,
        terms: {
          ask: "a7",
          backlog: 40,
          serviceMs: durationMs(100),
          workers: 8,
          lifeMs: durationMs(300),
          isSevere: true,
        },
      },
    },
    {
      line: '{"TASK":"WORKERS_NEEDED","REQUESTOR_INFO":{"ip":"10.0.0.7","port":9101,"needed":2}}',
      message: { kind: "worker-request", dialect: "legacy", at: { host: "10.0.0.7", port: 9_101 }, needed: 2 },
    },
    {
      line: '{"TASK":"WORKERS_NEEDED","MASTER_UUID":"id_4","MASTER_IP":"10.0.0.7","MASTER_PORT":9101,"NEEDED":2}',
      message: {
        kind: "worker-request",
        dialect: "legacy",
        from: nodeId("id_4"),
        at: { host: "10.0.0.7", port: 9_101 },
        needed: 2,
      },
      onlyReceived: true,
    },
  ],
};

/** The older spelling has no settled place for address and number: the first of each that is there. */
function gathered(fields: WireObject): WireObject {
  const info = fields["REQUESTOR_INFO"];
  const all = { ...fields, ...(isWireObject(info) ? info : {}) };
  const first = (...keys: readonly string[]): unknown => keys.map((key) => all[key]).find((value) => !isAbsent(value));
  const ip = first("ip", "IP", "host", "HOST", "MASTER_IP", "MASTER_HOST");
  const port = first("port", "PORT", "MASTER_PORT");
  const needed = first("needed", "NEEDED", "count", "COUNT", "WORKERS_NEEDED");
  return { REQUESTOR_INFO: { ip, port, needed } };
}

function readTerms(fields: WireObject): RequestTerms | FieldProblem {
  const read = readFields(termsWire, fields);
  if ("problem" in read) return read;
  const { severe = false, ...terms } = read.fields.EXT;
  return { ...terms, isSevere: severe };
}

const writeTerms = ({ ask, backlog, serviceMs, workers, lifeMs, isSevere }: RequestTerms): WireObject =>
  extension({ ask, backlog, serviceMs, workers, lifeMs, severe: isSevere || undefined });
