import { z } from "zod";
import { described, named } from "../api-schema.ts";
import { moment } from "./moment.ts";
import { newTaskFields } from "./new-task.ts";

/** The states of a task, in the order of its life. */
export const taskStates = ["pending", "running", "done", "failed", "cancelled", "dead"] as const;

export type TaskState = (typeof taskStates)[number];

export const taskStateSchema = named(
  "TaskState",
  "Where a task is in its life: `pending -> running -> done | failed | cancelled | dead`. It is `failed` when its " +
    "handler has failed too often, and `dead` when its workers have died under it too often.",
  ["pending", "done"],
  z.enum(taskStates),
);

/** Whether a task in this state does not come back by itself. */
export const isEndState = (state: TaskState): boolean => state !== "pending" && state !== "running";

const taskErrorSchema = named(
  "TaskError",
  "Why a task ended otherwise than `done`.",
  [{ code: "ERR_TASK_FAILED", message: "no such user: ana" }],
  z.object({
    code: described(z.string(), "A code of ours, or of the handler's."),
    message: z.string(),
  }),
);

const storySchema = named(
  "AttemptStory",
  "How one attempt ended that did not bring a result.",
  [
    {
      attempt: 1,
      worker: "worker-7",
      code: "ERR_WORKER_LOST",
      message: "its connection ended",
      at: "2026-11-24T15:31:12.345Z",
    },
  ],
  z.object({
    attempt: described(z.int(), "Counted from 1."),
    worker: z.string(),
    code: z.string(),
    message: z.string(),
    at: moment,
  }),
);

const progressSchema = named(
  "TaskProgress",
  "How far a running task has come, as its handler says.",
  [{ fraction: 0.5, note: "half of the pages" }],
  z.object({ fraction: described(z.number(), "0 to 1."), note: z.string().nullable() }),
);

const { id, type, priority, timeoutMs, maxAttempts, payload } = newTaskFields;

const taskFields = {
  id,
  type,
  state: taskStateSchema,
  priority,
  attempts: described(z.int(), "Attempts begun."),
  maxAttempts,
  timeoutMs,
  failures: described(z.int(), "Attempts that failed in the handler's own words."),
  losses: described(z.int(), "Attempts whose worker was lost under them."),
  worker: described(z.string().nullable(), "Who runs it; of an ended task, whose result counted."),
  result: described(z.unknown(), "What the handler gave, once the task is `done`; else null."),
  error: taskErrorSchema.nullable(),
  progress: progressSchema.nullable(),
  acceptedAt: described(moment, "When it was accepted."),
  startedAt: described(moment.nullable(), "When its last attempt began."),
  endedAt: described(moment.nullable(), "When it ended."),
  stories: described(z.array(storySchema), "The last attempts that brought no result, oldest first, 10 at most."),
};

const doneTask = {
  id: "order-4711",
  type: "QUERY",
  state: "done",
  priority: 0,
  attempts: 1,
  maxAttempts: 3,
  timeoutMs: 60_000,
  failures: 0,
  losses: 0,
  worker: "worker-7",
  result: { SALDO: 12.5 },
  error: null,
  progress: null,
  acceptedAt: "2026-11-24T15:31:12.345Z",
  startedAt: "2026-11-24T15:31:12.348Z",
  endedAt: "2026-11-24T15:31:12.361Z",
  stories: [],
} as const;

/** A task in a list. */
export const taskSummarySchema = named(
  "TaskSummary",
  "A task, without its payload.",
  [{ ...doneTask, stories: [] }],
  z.object(taskFields),
);

export const taskSchema = named(
  "Task",
  "A task with everything that is known of it.",
  [{ ...doneTask, stories: [], payload: { USER: "ana" } }],
  z.object({ ...taskFields, payload }),
);

export const taskListSchema = named(
  "TaskList",
  "Tasks, the most recently accepted first.",
  [[]],
  z.array(taskSummarySchema),
);

export type TaskSummary = z.infer<typeof taskSummarySchema>;
export type Task = z.infer<typeof taskSchema>;
