import { readQuery, sendProblem } from "@mutirao/http-server";
import type { Answer } from "@mutirao/node-core";
import {
  type Acceptance,
  isEndState,
  type Problem,
  type TaskState,
  taskListQuerySchema,
  taskQuerySchema,
} from "@mutirao/operator-api";
import { type TaskId, taskId } from "@mutirao/primitives";
import { printable } from "@mutirao/protocol";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { MasterAccess, TaskDetails } from "../master-access.ts";
import type { EndWaits } from "./end-waits.ts";
import type { HttpLimits } from "./http-limits.ts";
import { readJsonBody } from "./json-body.ts";
import { problemOf, refusalProblem } from "./problem.ts";
import type { RouteHandlers } from "./route-handlers.ts";
import { taskAnswer, taskSummary } from "./task-answer.ts";
import { readTaskRequest } from "./task-request.ts";

export interface TaskRoutesTools {
  readonly master: MasterAccess;
  readonly limits: HttpLimits;
  readonly waits: EndWaits;
}

type TaskRoutes = Pick<RouteHandlers, "submitTask" | "listTasks" | "getTask" | "cancelTask" | "retryTask">;

export function createTaskRoutes(tools: TaskRoutesTools): TaskRoutes {
  return {
    submitTask: (request, reply) => submit(tools, request, reply),
    listTasks: (request, reply) => list(tools, request, reply),
    getTask: (request, reply) => get(tools, request, reply),
    cancelTask: (request, reply) => cancel(tools, request, reply),
    retryTask: (request, reply) => retry(tools, request, reply),
  };
}

async function submit({ master, limits }: TaskRoutesTools, request: FastifyRequest, reply: FastifyReply) {
  const body = await readJsonBody(request.raw, limits.arrivalMs);
  if ("problem" in body) return sendProblem(reply, body.problem);
  const read = readTaskRequest(body.value);
  if ("problem" in read) return sendProblem(reply, read.problem);
  const { id } = read.draft;
  const [answer] = await master.submit([read.draft]);
  if (answer === undefined) throw new Error(`the master has not answered the task ${id}`);
  if (!answer.isAccepted) {
    const { refusal } = answer;
    return sendProblem(reply, refusalProblem(refusal, `task ${id} was not accepted`));
  }
  reply.code(answer.isDuplicate ? 200 : 202).header("location", `/tasks/${encodeURIComponent(id)}`);
  const state = answer.isDuplicate ? ((await master.task(id))?.state ?? "pending") : "pending";
  return { id, state } satisfies Acceptance;
}

async function list({ master }: TaskRoutesTools, request: FastifyRequest, reply: FastifyReply) {
  const query = readQuery(taskListQuerySchema, request.query);
  if ("problem" in query) return sendProblem(reply, query.problem);
  const { state, limit } = query.values;
  const tasks = await master.tasks({ state, limit });
  return tasks.map(taskSummary);
}

async function get({ master, waits }: TaskRoutesTools, request: FastifyRequest, reply: FastifyReply) {
  const query = readQuery(taskQuerySchema, request.query);
  if ("problem" in query) return sendProblem(reply, query.problem);
  const id = idOf(request);
  const { wait: seconds = 0 } = query.values;
  if (seconds === 0) return sendTask(master, id, reply);
  // It begins before the task is looked at, so that an end in between is not missed.
  const wait = waits.begin(id, seconds * 1_000);
  if (wait === undefined) return sendProblem(reply, tooManyWait(waits));
  try {
    reply.raw.once("close", wait.cancel);
    const task = await master.task(id);
    if (task === undefined || isEndState(task.state)) return sendTask(master, id, reply, task);
    await wait.over;
    return await sendTask(master, id, reply);
  } finally {
    wait.cancel();
  }
}

const tooManyWait = ({ count }: EndWaits): Problem =>
  problemOf("ERR_WAITS_FULL", `${count} requests wait already: ask again in a while, or without wait`);

async function sendTask(master: MasterAccess, id: TaskId, reply: FastifyReply, known?: TaskDetails) {
  const task = known ?? (await master.task(id));
  return task === undefined ? sendProblem(reply, unknownTask(id)) : taskAnswer(task);
}

async function cancel({ master }: TaskRoutesTools, request: FastifyRequest, reply: FastifyReply) {
  const id = idOf(request);
  const answer = await master.cancel(id);
  if (answer.kind === "cancelled") return sendTask(master, id, reply);
  const { refusal, state } = refusalIn(answer);
  // To cancel twice is to be sure.
  if (refusal.code === "ERR_TASK_ENDED" && state === "cancelled") return sendTask(master, id, reply);
  return sendRefusal(reply, id, answer);
}

async function retry({ master }: TaskRoutesTools, request: FastifyRequest, reply: FastifyReply) {
  const id = idOf(request);
  const answer = await master.retry(id);
  if (answer.kind !== "retried") return sendRefusal(reply, id, answer);
  reply.code(202).header("location", `/tasks/${encodeURIComponent(id)}`);
  return { id, state: "pending" } satisfies Acceptance;
}

function sendRefusal(reply: FastifyReply, id: TaskId, answer: Answer): FastifyReply {
  const { refusal, state } = refusalIn(answer);
  if (refusal.code === "ERR_TASK_UNKNOWN") return sendProblem(reply, unknownTask(id));
  const problem = refusalProblem(refusal, `task ${printable(id)}${inState(state)}`, state);
  return sendProblem(reply, problem);
}

const inState = (state: TaskState | undefined): string => (state === undefined ? "" : ` is ${state}`);

function refusalIn(answer: Answer): Extract<Answer, { kind: "refused" }> {
  if (answer.kind !== "refused") throw new Error(`the master answered ${answer.kind}`);
  return answer;
}

const unknownTask = (id: TaskId): Problem => problemOf("ERR_TASK_UNKNOWN", `there is no task ${printable(id)}`);

/** What is no id of ours is unknown like any other. */
const idOf = ({ params }: FastifyRequest): TaskId => taskId((params as { readonly id: string }).id);
