import { durationMs, nodeId } from "@mutirao/primitives";
import { z } from "zod";
import { SESSION_LINE_MAX_BYTES } from "../limits.ts";
import type { WorkerWelcome } from "../messages.ts";
import { extension, hasExtension } from "./extension.ts";
import { idField, readFields } from "./fields.ts";
import type { TaskSpec } from "./task-spec.ts";

const wire = z.object({
  SERVER_UUID: idField,
  EXT: z.object({ graceMs: z.number().min(0), intervalMs: z.number().min(1), timeoutMs: z.number().min(1) }),
});

/** "You are one of mine now." */
export const workerWelcome: TaskSpec<WorkerWelcome> = {
  kind: "worker-welcome",
  meaning:
    "A master of ours takes a worker of ours in, each time that it says who it is: how long it may be away before its tasks " +
    "are given to others, how often it is to send WORKER_HEARTBEAT, and after what silence either side gives up.",
  words: { TASK: ["NO_TASK"] },
  claims: hasExtension,
  decode(fields) {
    const read = readFields(wire, fields);
    if ("problem" in read) return read;
    const { graceMs, intervalMs, timeoutMs } = read.fields.EXT;
    return {
      kind: "worker-welcome",
      from: nodeId(read.fields.SERVER_UUID),
      graceMs: durationMs(graceMs),
      intervalMs: durationMs(intervalMs),
      timeoutMs: durationMs(timeoutMs),
    };
  },
  encode: ({ from, graceMs, intervalMs, timeoutMs }) => ({
    SERVER_UUID: from,
    TASK: "NO_TASK",
    EXT: extension({ graceMs, intervalMs, timeoutMs }),
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
  ],
};
