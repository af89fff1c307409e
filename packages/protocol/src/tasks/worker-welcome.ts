import { durationMs, nodeId } from "@mutirao/primitives";
import { z } from "zod";
import { SESSION_LINE_MAX_BYTES } from "../limits.ts";
import type { WorkerWelcome } from "../messages.ts";
import { extension, hasExtension } from "./extension.ts";
import { durationField, epochField, idField, readFields } from "./fields.ts";
import type { TaskSpec } from "./task-spec.ts";

const wire = z.object({
  SERVER_UUID: idField,
  EXT: z.object({
    graceMs: durationField,
    intervalMs: z.number().min(1),
    timeoutMs: z.number().min(1),
    epoch: epochField.optional(),
    leaseMs: durationField.optional(),
  }),
});

/** "You are one of mine now." */
export const workerWelcome: TaskSpec<WorkerWelcome> = {
  kind: "worker-welcome",
  meaning:
    "A master of ours takes a worker of ours in, each time that it says who it is: how long it may be away before its tasks " +
    "are given to others, how often it is to send WORKER_HEARTBEAT, and after what silence either side gives up. Its owner " +
    "adds the epoch of its last lease, a borrower how long the lease lasts.",
  words: { TASK: ["NO_TASK"] },
  claims: hasExtension,
  decode(fields) {
    const read = readFields(wire, fields);
    if ("problem" in read) return read;
    const { graceMs, intervalMs, timeoutMs, epoch, leaseMs } = read.fields.EXT;
    return {
      kind: "worker-welcome",
      from: nodeId(read.fields.SERVER_UUID),
      graceMs,
      intervalMs: durationMs(intervalMs),
      timeoutMs: durationMs(timeoutMs),
      ...(epoch === undefined ? {} : { epoch }),
      ...(leaseMs === undefined ? {} : { leaseMs }),
    };
  },
  encode: ({ from, graceMs, intervalMs, timeoutMs, epoch, leaseMs }) => ({
    SERVER_UUID: from,
    TASK: "NO_TASK",
    EXT: extension({ graceMs, intervalMs, timeoutMs, epoch, leaseMs }),
  }),
  lineMaxBytes: () => SESSION_LINE_MAX_BYTES,
  examples: [
    {
      line: '{"SERVER_UUID":"m1","TASK":"NO_TASK","EXT":{"v":1,"graceMs":5000,"intervalMs":2000,"timeoutMs":10000}}',
      message: {
        kind: "worker-welcome",
        from: nodeId("m1"),
        graceMs: durationMs(5_000),
        intervalMs: durationMs(2_000),
        timeoutMs: durationMs(10_000),
      },
    },
    {
      line:
        '{"SERVER_UUID":"m1","TASK":"NO_TASK","EXT":{"v":1,"graceMs":5000,"intervalMs":2000,"timeoutMs":10000,' +
        '"epoch":7,"leaseMs":30000}}',
      message: {
        kind: "worker-welcome",
        from: nodeId("m1"),
        graceMs: durationMs(5_000),
        intervalMs: durationMs(2_000),
        timeoutMs: durationMs(10_000),
        epoch: 7,
        leaseMs: durationMs(30_000),
      },
    },
  ],
};
