import { durationMs, jsonText, taskId } from "@mutirao/primitives";
import { SESSION_LINE_MAX_BYTES } from "../limits.ts";
import type { Assignment, TaskBatch } from "../messages.ts";
import { asciiJson } from "../printable.ts";
import { isTaskType } from "../task-type.ts";
import { isWireObject } from "../wire-object.ts";
import {
  extensionText,
  hasExtension,
  isAttempt,
  isTaskIdText,
  type ReadItem,
  readList,
  readRef,
  refPairs,
} from "./extension.ts";
import { isAbsent, jsonOf } from "./fields.ts";
import type { TaskSpec } from "./task-spec.ts";

/** "Do these, and give those up." */
export const taskBatch: TaskSpec<TaskBatch> = {
  kind: "task-batch",
  meaning:
    "A master gives a worker of ours tasks, each with its id, the number of the attempt, its type, its payload and the time " +
    "after which the worker ends it; and takes attempts back that are not wanted any more. Lists that are empty may be left out.",
  words: { TASK: ["QUERY"] },
  claims: (fields) => isAbsent(fields["STATUS"]) && hasExtension(fields),
  decode(fields) {
    const tasks = readList(fields, "tasks", readAssignment);
    if ("problem" in tasks) return tasks;
    const cancel = readList(fields, "cancel", readRef);
    return "problem" in cancel ? cancel : { kind: "task-batch", tasks: tasks.items, cancel: cancel.items };
  },
  encode({ tasks, cancel }) {
    const lists: string[] = [];
    if (tasks.length > 0) lists.push(`"tasks":[${tasks.map(writeAssignment).join(",")}]`);
    if (cancel.length > 0) lists.push(`"cancel":${asciiJson(refPairs(cancel))}`);
    return jsonText(`{"TASK":"QUERY","EXT":${extensionText(lists)}}`);
  },
  lineMaxBytes: () => SESSION_LINE_MAX_BYTES,
  examples: [
    {
      line:
        '{"TASK":"QUERY","EXT":{"v":1,"tasks":[{"id":"t1","n":1,"type":"QUERY","payload":{"USER":"ana"},"ms":60000}],' +
        '"cancel":[["t0",1]]}}',
      message: {
        kind: "task-batch",
        tasks: [
          {
            task: taskId("t1"),
            attempt: 1,
            type: "QUERY",
            payload: jsonText('{"USER":"ana"}'),
            timeoutMs: durationMs(60_000),
          },
        ],
        cancel: [{ task: taskId("t0"), attempt: 1 }],
      },
    },
    {
      line: '{"TASK":"QUERY","EXT":{"v":1,"cancel":[["t0",1]]}}',
      message: { kind: "task-batch", tasks: [], cancel: [{ task: taskId("t0"), attempt: 1 }] },
    },
    {
      line: '{"TASK":"QUERY","EXT":{"v":1,"tasks":[],"cancel":[]}}',
      message: { kind: "task-batch", tasks: [], cancel: [] },
      onlyReceived: true,
    },
  ],
};

function readAssignment(value: unknown): ReadItem<Assignment> {
  const { id, n, type, payload, ms } = isWireObject(value) ? value : {};
  if (!isTaskIdText(id)) return { wrong: "id" };
  if (!isAttempt(n)) return { wrong: "n" };
  if (typeof type !== "string" || !isTaskType(type)) return { wrong: "type" };
  if (payload === undefined) return { wrong: "payload" };
  if (typeof ms !== "number" || !(ms > 0 && ms < Number.POSITIVE_INFINITY)) return { wrong: "ms" };
  return { item: { task: id, attempt: n, type, payload: jsonOf(payload), timeoutMs: durationMs(ms) } };
}

const writeAssignment = ({ task, attempt, type, payload, timeoutMs }: Assignment): string =>
  `{"id":${asciiJson(task)},"n":${attempt},"type":${asciiJson(type)},"payload":${payload},"ms":${timeoutMs}}`;
