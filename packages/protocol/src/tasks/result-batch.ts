import { jsonText, nodeId, taskId } from "@mutirao/primitives";
import { z } from "zod";
import { FAILURE_MESSAGE_MAX, NOTE_MAX, SESSION_LINE_MAX_BYTES, WORD_MAX } from "../limits.ts";
import type { AttemptOutcome, AttemptProgress, AttemptResult, ResultBatch } from "../messages.ts";
import { asciiJson, printable } from "../printable.ts";
import { isWireObject, type WireObject } from "../wire-object.ts";
import { extensionText, hasExtension, isAttempt, isTaskIdText, type ReadItem, readList } from "./extension.ts";
import { idField, jsonOf, readFields } from "./fields.ts";
import type { TaskSpec } from "./task-spec.ts";
import { isQueryStatus } from "./worker-status.ts";

const wire = z.object({ WORKER_UUID: idField, EXT: z.object({ resynced: z.boolean().optional() }) });

/** "These are done, those have come so far." */
export const resultBatch: TaskSpec<ResultBatch> = {
  kind: "result-batch",
  meaning:
    "A worker of ours reports how attempts went and how far others have come. It repeats a result until that is " +
    "acknowledged. After a connection is made it sends all that it still has, and says resynced with the last of it: only " +
    "then are attempts given up that it neither runs nor reported. Lists that are empty may be left out. A code is cut at " +
    "64 characters, a message at 512, a note at 128.",
  words: { TASK: ["QUERY"], STATUS: ["OK", "NOK"] },
  claims: (fields) => isQueryStatus(fields) && hasExtension(fields),
  decode(fields) {
    const read = readFields(wire, fields);
    if ("problem" in read) return read;
    const results = readList(fields, "results", readResult);
    if ("problem" in results) return results;
    const progress = readList(fields, "progress", readProgress);
    if ("problem" in progress) return progress;
    return {
      kind: "result-batch",
      worker: nodeId(read.fields.WORKER_UUID),
      results: results.items,
      progress: progress.items,
      isResynced: read.fields.EXT.resynced ?? false,
    };
  },
  encode({ worker, results, progress, isResynced }) {
    const members: string[] = [];
    if (results.length > 0) members.push(`"results":[${results.map(writeResult).join(",")}]`);
    if (progress.length > 0) members.push(`"progress":[${progress.map(writeProgress).join(",")}]`);
    if (isResynced) members.push('"resynced":true');
    return jsonText(
      `{"STATUS":"OK","TASK":"QUERY","WORKER_UUID":${asciiJson(worker)},"EXT":${extensionText(members)}}`,
    );
  },
  lineMaxBytes: () => SESSION_LINE_MAX_BYTES,
  examples: [
    {
      line:
        '{"STATUS":"OK","TASK":"QUERY","WORKER_UUID":"w1","EXT":{"v":1,"results":[' +
        '{"id":"t1","n":1,"ok":true,"output":{"SALDO":12.5}},' +
        '{"id":"t2","n":1,"ok":false,"code":"ERR_TASK_FAILED","message":"no such user"}],' +
        '"progress":[{"id":"t3","n":1,"done":0.5,"note":"half"}],"resynced":true}}',
      message: {
        kind: "result-batch",
        worker: nodeId("w1"),
        results: [
          { task: taskId("t1"), attempt: 1, outcome: { isOk: true, output: jsonText('{"SALDO":12.5}') } },
          {
            task: taskId("t2"),
            attempt: 1,
            outcome: { isOk: false, code: "ERR_TASK_FAILED", message: "no such user" },
          },
        ],
        progress: [{ task: taskId("t3"), attempt: 1, fraction: 0.5, note: "half" }],
        isResynced: true,
      },
    },
    {
      line: '{"STATUS":"OK","TASK":"QUERY","WORKER_UUID":"w1","EXT":{"v":1,"resynced":true}}',
      message: { kind: "result-batch", worker: nodeId("w1"), results: [], progress: [], isResynced: true },
    },
    {
      line: '{"STATUS":"OK","TASK":"QUERY","WORKER_UUID":"w1","EXT":{"v":1,"progress":[{"id":"t3","n":2,"done":1}]}}',
      message: {
        kind: "result-batch",
        worker: nodeId("w1"),
        results: [],
        progress: [{ task: taskId("t3"), attempt: 2, fraction: 1 }],
        isResynced: false,
      },
    },
  ],
};

function readResult(value: unknown): ReadItem<AttemptResult> {
  const item = isWireObject(value) ? value : {};
  const { id, n } = item;
  if (!isTaskIdText(id)) return { wrong: "id" };
  if (!isAttempt(n)) return { wrong: "n" };
  const outcome = readOutcome(item);
  return "wrong" in outcome ? outcome : { item: { task: id, attempt: n, outcome: outcome.item } };
}

function readOutcome({ ok, output, code, message }: WireObject): ReadItem<AttemptOutcome> {
  if (ok === true) {
    return output === undefined ? { wrong: "output" } : { item: { isOk: true, output: jsonOf(output) } };
  }
  if (ok !== false) return { wrong: "ok" };
  if (typeof code !== "string") return { wrong: "code" };
  if (typeof message !== "string") return { wrong: "message" };
  return {
    item: { isOk: false, code: printable(code, WORD_MAX), message: printable(message, FAILURE_MESSAGE_MAX) },
  };
}

function readProgress(value: unknown): ReadItem<AttemptProgress> {
  const { id, n, done, note } = isWireObject(value) ? value : {};
  if (!isTaskIdText(id)) return { wrong: "id" };
  if (!isAttempt(n)) return { wrong: "n" };
  if (typeof done !== "number" || !(done >= 0 && done <= 1)) return { wrong: "done" };
  if (note === undefined) return { item: { task: id, attempt: n, fraction: done } };
  if (typeof note !== "string") return { wrong: "note" };
  return { item: { task: id, attempt: n, fraction: done, note: printable(note, NOTE_MAX) } };
}

function writeResult({ task, attempt, outcome }: AttemptResult): string {
  const head = `{"id":${asciiJson(task)},"n":${attempt}`;
  if (outcome.isOk) return `${head},"ok":true,"output":${outcome.output}}`;
  const code = asciiJson(printable(outcome.code, WORD_MAX));
  const message = asciiJson(printable(outcome.message, FAILURE_MESSAGE_MAX));
  return `${head},"ok":false,"code":${code},"message":${message}}`;
}

function writeProgress({ task, attempt, fraction, note }: AttemptProgress): string {
  // A handler may say anything, and a line with a figure out of range would be refused with the results on it.
  const done = fraction > 0 ? Math.min(fraction, 1) : 0;
  const rest = note === undefined ? "" : `,"note":${asciiJson(printable(note, NOTE_MAX))}`;
  return `{"id":${asciiJson(task)},"n":${attempt},"done":${done}${rest}}`;
}
