import {
  createMasterNode,
  type MasterEvent,
  type MasterNodeOptions,
  masterDefaults,
  requestId,
} from "@mutirao/node-core";
import {
  acceptedConnId,
  createPrng,
  durationMs,
  instantMs,
  type JsonText,
  jsonText,
  nodeId,
  seconds,
  taskId,
} from "@mutirao/primitives";
import type { Message } from "@mutirao/protocol";
import type { TaskRecord } from "@mutirao/task-store";
import { expect, test } from "vitest";
import { createRecordingChecker } from "../src/farm/checkers/recording.ts";
import { createMasterBook } from "../src/farm/oracle/master-book.ts";
import type { FarmWorld, MasterLife } from "../src/farm/world.ts";
import { worldMs } from "../src/scheduler.ts";

const options: MasterNodeOptions = {
  peers: [],
  intervalMs: seconds(2),
  timeoutMs: seconds(10),
  answerMs: seconds(3),
  backOffMaxMs: seconds(30),
  dialsMax: 64,
  firstDialect: "class",
  strangersMax: 64,
  malformedPerConnectionMax: 10,
  malformedPerSourceMax: 100,
  muteMs: seconds(60),
  ...masterDefaults,
};

const worker = nodeId("w");
const conn = acceptedConnId(0);
const remote = { host: "10.0.0.2", port: 50_000 };
const listening = { host: "10.0.0.1", port: 9_101 };
const task = taskId("t");
const order = {
  id: task,
  type: "QUERY",
  payload: jsonText('{"USER":"t"}'),
  priority: 0,
  timeoutMs: durationMs(60_000),
  maxAttempts: 3,
} as const;

/** A master with one worker of two slots, watched by the checker; its disk keeps everything at once. */
function createCase() {
  const node = createMasterNode(nodeId("m"), options, createPrng("recording"));
  const book = createMasterBook(options);
  const checker = createRecordingChecker({} as FarmWorld, (what) => {
    throw new Error(what);
  });
  const life = { label: "the master", book } as MasterLife;
  let record: TaskRecord | undefined;
  const now = instantMs(0);
  const tell = (event: MasterEvent): void => {
    const effects = node.handle(event, now);
    const step = { event, effects, now, at: worldMs(0), dueAt: undefined };
    checker.master?.({ ...step, life, news: book.note(step), load: node.load(now) });
    for (const effect of effects) {
      if (effect.type !== "store") continue;
      for (const change of effect.changes) {
        if (change.kind === "accepted") record = change.task;
        else if (change.kind === "updated" && record !== undefined) record = { ...record, status: change.status };
      }
      tell({ type: "store-committed", write: effect.write });
    }
  };
  const says = (message: Message): void => tell({ type: "message-received", conn, remote, message });
  tell({ type: "recovered", contents: { unfinished: [], finished: [], leases: [] }, wallOffsetMs: 0 });
  tell({ type: "started", listening });
  tell({ type: "conn-opened", conn, remote, local: listening });
  says({ kind: "worker-alive", worker, hello: { boot: "b", slots: 2, types: ["QUERY"], holding: [] } });
  says({ kind: "result-batch", worker, results: [], progress: [], isResynced: true });
  return { tell, says, record: () => record };
}

const result = (attempt: number, output: string) =>
  ({ task, attempt, outcome: { isOk: true, output: output as JsonText } }) as const;

test("the result of a task that was cancelled is not the first of the same task tried again by hand", () => {
  const { tell, says, record } = createCase();
  tell({ type: "submit", request: requestId(1), drafts: [order] });
  tell({ type: "cancel", request: requestId(2), task });
  const cancelled = record();
  if (cancelled === undefined) throw new Error("the task was not kept");
  tell({ type: "retry", request: requestId(3), record: cancelled });
  // Its worker took no notice of the cancellation, was cut off, and reports all that it has done at once.
  says({ kind: "result-batch", worker, results: [result(1, "1"), result(2, "2")], progress: [], isResynced: false });
  expect(record()?.status).toMatchObject({ state: "done", attempts: 2, result: "2" });
});
