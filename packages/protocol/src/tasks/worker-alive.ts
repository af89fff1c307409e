import { nodeId, taskId } from "@mutirao/primitives";
import { z } from "zod";
import { CLASS_LINE_MAX_BYTES, SESSION_LINE_MAX_BYTES, WORKER_SLOTS_MAX, WORKER_TYPES_MAX } from "../limits.ts";
import type { WorkerAlive, WorkerHello } from "../messages.ts";
import { isTaskType } from "../task-type.ts";
import type { WireObject } from "../wire-object.ts";
import { extension, hasExtension, readList, readRef, refPairs } from "./extension.ts";
import { countField, firstId, idField, isAbsent, optionalIdField, portField, readFields } from "./fields.ts";
import type { FieldProblem, TaskSpec } from "./task-spec.ts";

const wire = z.object({ WORKER_UUID: idField, SERVER_UUID: optionalIdField, port: portField.nullish() });

const helloWire = z.object({
  EXT: z.object({
    boot: idField,
    slots: z.int().min(0).max(WORKER_SLOTS_MAX),
    types: z.array(z.string().refine(isTaskType)).max(WORKER_TYPES_MAX),
    epoch: countField.optional(),
  }),
});

const isNobody = (id: unknown): boolean => isAbsent(id) || id === "";

/** A worker is here. */
export const workerAlive: TaskSpec<WorkerAlive> = {
  kind: "worker-alive",
  meaning:
    "A worker presents itself and asks for work. SERVER_UUID is there only while it is away from home, and says whose it is. " +
    "A worker that listens for orders adds its port. A line without WORKER_UUID closes its connection: nobody is registered as null. " +
    "A worker of ours adds EXT: its process, how many tasks it runs at once (0: none, it is about to leave), the task types " +
    "that it can run, the attempts that it is running, and the highest epoch of a lease that it has seen. It is then answered by a worker-welcome, and the connection " +
    "becomes a session: work, results and acknowledgements travel in batches.",
  words: { WORKER: ["ALIVE"] },
  decode(fields) {
    const read = readFields(wire, fields);
    // Nobody is registered as null, and whoever has no name has nothing more to say.
    if ("problem" in read) return isNobody(fields["WORKER_UUID"]) ? { ...read, isFatal: true } : read;
    const { WORKER_UUID, SERVER_UUID, port } = read.fields;
    const owner = firstId(SERVER_UUID);
    const hello = hasExtension(fields) ? readHello(fields) : undefined;
    if (hello !== undefined && "problem" in hello) return hello;
    return {
      kind: "worker-alive",
      worker: nodeId(WORKER_UUID),
      ...(owner === undefined ? {} : { owner }),
      ...(port === undefined || port === null ? {} : { port }),
      ...(hello === undefined ? {} : { hello }),
    };
  },
  encode: ({ worker, owner, port, hello }) => ({
    WORKER: "ALIVE",
    WORKER_UUID: worker,
    SERVER_UUID: owner,
    port,
    EXT: hello && writeHello(hello),
  }),
  lineMaxBytes: ({ hello }) => (hello === undefined ? CLASS_LINE_MAX_BYTES : SESSION_LINE_MAX_BYTES),
  examples: [
    {
      line: '{"WORKER":"ALIVE","WORKER_UUID":"worker-7"}',
      message: { kind: "worker-alive", worker: nodeId("worker-7") },
    },
    {
      line: '{"WORKER":"ALIVE","WORKER_UUID":"worker-7","SERVER_UUID":"SERVER_2"}',
      message: { kind: "worker-alive", worker: nodeId("worker-7"), owner: nodeId("SERVER_2") },
    },
    {
      line: '{"WORKER":"ALIVE","WORKER_UUID":"worker-7","SERVER_UUID":"10.0.0.7:9101","port":7001}',
      message: { kind: "worker-alive", worker: nodeId("worker-7"), owner: nodeId("10.0.0.7:9101"), port: 7_001 },
    },
    {
      line: '{"WORKER":"ALIVE","WORKER_UUID":"worker-7","SERVER_UUID":null,"port":"7001"}',
      message: { kind: "worker-alive", worker: nodeId("worker-7"), port: 7_001 },
      onlyReceived: true,
    },
    {
      line:
        '{"WORKER":"ALIVE","WORKER_UUID":"w1","EXT":{"v":1,"boot":"9c1e","slots":4,"types":["QUERY"],' +
        '"holding":[["t1",2]]}}',
      message: {
        kind: "worker-alive",
        worker: nodeId("w1"),
        hello: { boot: "9c1e", slots: 4, types: ["QUERY"], holding: [{ task: taskId("t1"), attempt: 2 }] },
      },
    },
    {
      line:
        '{"WORKER":"ALIVE","WORKER_UUID":"w1","SERVER_UUID":"m1","EXT":{"v":1,"boot":"9c1e","slots":1,"types":[],' +
        '"holding":[],"epoch":7}}',
      message: {
        kind: "worker-alive",
        worker: nodeId("w1"),
        owner: nodeId("m1"),
        hello: { boot: "9c1e", slots: 1, types: [], holding: [], epoch: 7 },
      },
    },
    {
      line: '{"WORKER":"ALIVE","WORKER_UUID":"w1","EXT":{"v":2,"boot":"9c1e"}}',
      message: { kind: "worker-alive", worker: nodeId("w1") },
      onlyReceived: true,
    },
  ],
};

function readHello(fields: WireObject): WorkerHello | FieldProblem {
  const read = readFields(helloWire, fields);
  if ("problem" in read) return read;
  const holding = readList(fields, "holding", readRef);
  if ("problem" in holding) return holding;
  const { epoch = 0, ...hello } = read.fields.EXT;
  return { ...hello, holding: holding.items, ...(epoch === 0 ? {} : { epoch }) };
}

const writeHello = ({ boot, slots, types, holding, epoch = 0 }: WorkerHello): WireObject =>
  extension({ boot, slots, types, holding: refPairs(holding), epoch: epoch === 0 ? undefined : epoch });
