import { jsonText, nodeId } from "@mutirao/primitives";
import { z } from "zod";
import type { WorkerStatus } from "../messages.ts";
import { printable } from "../printable.ts";
import { isWireObject, type WireObject } from "../wire-object.ts";
import { hasExtension } from "./extension.ts";
import { firstId, isAbsent, jsonOf, optionalIdField, readFields } from "./fields.ts";
import type { TaskSpec } from "./task-spec.ts";

const wire = z.object({
  STATUS: z.enum(["OK", "NOK"]),
  WORKER_UUID: optionalIdField,
  SALDO: z.unknown().optional(),
  CPF: z.unknown().optional(),
  ERROR: z.unknown().optional(),
});

/** Whether a line says how a QUERY went. Some leave TASK out, and then the worker's id must be there. */
export const isQueryStatus = (fields: WireObject): boolean =>
  (fields["STATUS"] === "OK" || fields["STATUS"] === "NOK") &&
  (fields["TASK"] === "QUERY" ||
    (isAbsent(fields["TASK"]) && !isAbsent(fields["WORKER_UUID"]) && fields["WORKER_UUID"] !== ""));

/** "It is done", or "it failed". */
export const workerStatus: TaskSpec<WorkerStatus> = {
  kind: "worker-status",
  meaning:
    "A worker reports how its task went. OK may carry SALDO (a number or a text) and CPF, NOK may say why in ERROR. An " +
    "ERROR that begins with `ERR_TASK_ABORTED: ` hands the task back, as the worker has to leave, and costs the task " +
    "nothing. Push workers may leave WORKER_UUID out: then it is the worker of the connection.",
  words: { TASK: ["QUERY"], STATUS: ["OK", "NOK"] },
  claims: (fields) => isQueryStatus(fields) && !hasExtension(fields),
  decode(fields) {
    const read = readFields(wire, fields);
    if ("problem" in read) return read;
    const { STATUS, WORKER_UUID, SALDO, CPF, ERROR } = read.fields;
    const worker = firstId(WORKER_UUID);
    return {
      kind: "worker-status",
      ...(worker === undefined ? {} : { worker }),
      isOk: STATUS === "OK",
      output: jsonOf({ SALDO: SALDO ?? undefined, CPF: CPF ?? undefined }),
      ...(isAbsent(ERROR) ? {} : { error: printable(typeof ERROR === "string" ? ERROR : JSON.stringify(ERROR)) }),
    };
  },
  // The output is read again rather than spliced: whatever else a handler returned must not get among the control words.
  encode({ worker, isOk, output, error }) {
    const result: unknown = JSON.parse(output);
    const { SALDO, CPF } = isWireObject(result) ? result : {};
    return {
      STATUS: isOk ? "OK" : "NOK",
      TASK: "QUERY",
      WORKER_UUID: worker,
      SALDO,
      CPF,
      ERROR: error && printable(error),
    };
  },
  examples: [
    {
      line: '{"STATUS":"OK","TASK":"QUERY","WORKER_UUID":"worker-7"}',
      message: { kind: "worker-status", worker: nodeId("worker-7"), isOk: true, output: jsonText("{}") },
    },
    {
      line: '{"STATUS":"OK","TASK":"QUERY","WORKER_UUID":"worker-7","SALDO":12.5}',
      message: { kind: "worker-status", worker: nodeId("worker-7"), isOk: true, output: jsonText('{"SALDO":12.5}') },
    },
    {
      line: '{"STATUS":"OK","TASK":"QUERY","WORKER_UUID":"worker-7","SALDO":"12.50","CPF":"12345678900"}',
      message: {
        kind: "worker-status",
        worker: nodeId("worker-7"),
        isOk: true,
        output: jsonText('{"SALDO":"12.50","CPF":"12345678900"}'),
      },
    },
    {
      line: '{"STATUS":"NOK","TASK":"QUERY","WORKER_UUID":"worker-7","ERROR":"no such user"}',
      message: {
        kind: "worker-status",
        worker: nodeId("worker-7"),
        isOk: false,
        output: jsonText("{}"),
        error: "no such user",
      },
    },
    {
      line: '{"STATUS":"NOK","TASK":"QUERY","ERROR":{"code":404}}',
      message: { kind: "worker-status", isOk: false, output: jsonText("{}"), error: '{"code":404}' },
      onlyReceived: true,
    },
    {
      line: '{"CPF":"12345678900","SALDO":10,"STATUS":"OK","WORKER_UUID":"worker-7"}',
      message: {
        kind: "worker-status",
        worker: nodeId("worker-7"),
        isOk: true,
        output: jsonText('{"SALDO":10,"CPF":"12345678900"}'),
      },
      onlyReceived: true,
    },
  ],
};
