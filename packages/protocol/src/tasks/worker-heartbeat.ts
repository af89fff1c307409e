import { nodeId } from "@mutirao/primitives";
import { z } from "zod";
import type { WorkerHeartbeat } from "../messages.ts";
import { idField, readFields } from "./fields.ts";
import type { TaskSpec } from "./task-spec.ts";

const wire = z.object({ WORKER_UUID: idField });

/** A worker's "are you alive?" to its master. */
export const workerHeartbeat: TaskSpec<WorkerHeartbeat> = {
  kind: "worker-heartbeat",
  meaning: "A worker asks whether its master is alive. It is answered like a heartbeat with SERVER_UUID.",
  words: { TASK: ["WORKER_HEARTBEAT"] },
  decode(fields) {
    const read = readFields(wire, fields);
    return "problem" in read ? read : { kind: "worker-heartbeat", worker: nodeId(read.fields.WORKER_UUID) };
  },
  encode: ({ worker }) => ({ TASK: "WORKER_HEARTBEAT", WORKER_UUID: worker }),
  examples: [
    {
      line: '{"TASK":"WORKER_HEARTBEAT","WORKER_UUID":"worker-7"}',
      message: { kind: "worker-heartbeat", worker: nodeId("worker-7") },
    },
  ],
};
