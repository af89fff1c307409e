import { z } from "zod";
import type { ApiAnswer, ApiRoute } from "./api-route.ts";
import { described } from "./api-schema.ts";
import { apiLimits } from "./limits.ts";
import { acceptanceSchema, batchAnswerSchema } from "./schemas/acceptance.ts";
import { healthSchema, indexSchema, readinessSchema } from "./schemas/health.ts";
import { explanationSchema, journalSchema } from "./schemas/journal.ts";
import { loadSchema } from "./schemas/load.ts";
import { loanDirectionSchema, loanListSchema } from "./schemas/loan.ts";
import { newTaskSchema } from "./schemas/new-task.ts";
import {
  borrowingSchema,
  borrowOrderSchema,
  drainingSchema,
  drainOrderSchema,
  lendOrderSchema,
  orderedLoansSchema,
  reclaimOrderSchema,
} from "./schemas/order.ts";
import { peerListSchema } from "./schemas/peer.ts";
import { taskListSchema, taskSchema, taskStateSchema } from "./schemas/task.ts";
import { workerListSchema } from "./schemas/worker.ts";

const json = (description: string, schema: z.ZodType): ApiAnswer => ({
  description,
  content: { mediaType: "application/json", schema },
});

const text = (description: string, mediaType: "text/plain" | "text/html" | "text/event-stream"): ApiAnswer => ({
  description,
  content: { mediaType },
});

/** Whole numbers, or with a fraction: `?wait=2.5`. */
export const taskQuerySchema = z.strictObject({
  wait: described(
    z.number().min(0).max(apiLimits.waitMaxS).optional(),
    "Seconds to wait for the end of the task. The answer comes with its end, or after this time as the task stands.",
  ),
});

export const taskListQuerySchema = z.strictObject({
  state: described(taskStateSchema.optional(), "Only tasks in this state."),
  limit: described(z.int().min(1).max(apiLimits.listMax).default(100), "How many at most."),
});

export const loanListQuerySchema = z.strictObject({
  direction: described(loanDirectionSchema.optional(), "Only loans in, or only loans out."),
  limit: described(z.int().min(1).max(apiLimits.listMax).default(100), "How many at most."),
});

/** What looks like a number in an URL is one, also where an id or an address is meant. */
const name = z.union([z.string(), z.number().transform(String)], "must be one text");

/** Any time of day by ISO 8601, as it is typed or printed elsewhere. */
const time = z.iso.datetime({ offset: true, error: "must be a time, such as 2026-11-24T15:31:12Z" });

export const journalQuerySchema = z.strictObject({
  loan: described(name.optional(), "Only the steps of this loan."),
  peer: described(name.optional(), "Only what concerns this peer: its id, or its address as in `--peer`."),
  task: described(name.optional(), "Only what borrowed workers did to this task."),
  since: described(time.optional(), "Only what happened at this time or later."),
  limit: described(z.int().min(1).max(apiLimits.listMax).default(100), "How many at most, the last ones."),
});

/** Every route of a master, by the name of what it does. */
export const apiRoutes = {
  index: {
    method: "GET",
    path: "/",
    summary: "What this is, with every route",
    answers: { 200: json("What this is.", indexSchema) },
    refusals: [],
  },
  submitTask: {
    method: "POST",
    path: "/tasks",
    summary: "Hands in a task",
    description:
      "Answers once the task is durable: whatever crashes from then on, it is not lost. The header `Location` says where " +
      "it is found.",
    body: { mediaType: "application/json", schema: newTaskSchema },
    answers: {
      200: json("The id was handed in before, and that task counts.", acceptanceSchema),
      202: json("Accepted, durably.", acceptanceSchema),
    },
    refusals: [400, 413, 415, 422, 503],
  },
  submitBatch: {
    method: "POST",
    path: "/tasks:batch",
    summary: "Hands in many tasks, one per line, and answers each line",
    description:
      "NDJSON both ways, as a stream: one answer line per line, in order, each as soon as its task is durable. Blank " +
      `lines are skipped. A bad line, or one above ${apiLimits.batchLineMaxBytes / 1_024} KiB, costs that line only. The ` +
      "batch may be of any length; above a hundred thousand lines, read the answers while you send.",
    body: { mediaType: "application/x-ndjson", schema: newTaskSchema },
    answers: {
      200: {
        description: "One answer line per line.",
        content: { mediaType: "application/x-ndjson", schema: batchAnswerSchema },
      },
    },
    refusals: [415, 503],
  },
  listTasks: {
    method: "GET",
    path: "/tasks",
    summary: "Lists tasks, the most recently accepted first",
    query: taskListQuerySchema,
    answers: { 200: json("The tasks, without their payloads.", taskListSchema) },
    refusals: [422, 503],
  },
  getTask: {
    method: "GET",
    path: "/tasks/{id}",
    summary: "Shows a task, or waits for its end",
    query: taskQuerySchema,
    answers: { 200: json("The task.", taskSchema) },
    refusals: [404, 422, 503],
  },
  cancelTask: {
    method: "DELETE",
    path: "/tasks/{id}",
    summary: "Cancels a task that has not ended",
    description: "Answers once that is durable. Cancelling twice does no harm.",
    answers: { 200: json("The task, cancelled.", taskSchema) },
    refusals: [404, 409, 503],
  },
  retryTask: {
    method: "POST",
    path: "/tasks/{id}/retry",
    summary: "Tries a task again that is failed, dead or cancelled",
    description: "It starts from the beginning, with all its attempts. Answers once that is durable.",
    answers: { 202: json("It is pending again.", acceptanceSchema) },
    refusals: [404, 409, 503],
  },
  listWorkers: {
    method: "GET",
    path: "/workers",
    summary: "Lists the workers of the farm",
    answers: { 200: json("The workers.", workerListSchema) },
    refusals: [],
  },
  listPeers: {
    method: "GET",
    path: "/peers",
    summary: "Lists the other masters whose pulse is kept",
    answers: { 200: json("The peers.", peerListSchema) },
    refusals: [],
  },
  listLoans: {
    method: "GET",
    path: "/loans",
    summary: "Lists loans in and out, open ones first, then past ones",
    query: loanListQuerySchema,
    answers: { 200: json("The loans.", loanListSchema) },
    refusals: [422],
  },
  borrow: {
    method: "POST",
    path: "/loans:borrow",
    summary: "Asks peers for workers, whatever the figures say",
    description: "Answers who was asked. Workers that find nothing to do here go home by themselves.",
    body: { mediaType: "application/json", schema: borrowOrderSchema },
    answers: { 202: json("They are asked.", borrowingSchema) },
    refusals: [400, 404, 409, 413, 415, 422, 503],
  },
  lend: {
    method: "POST",
    path: "/loans:lend",
    summary: "Sends idle workers to a peer that has not asked for them",
    description:
      "The peer keeps them if tasks wait there, and sends them home if not. A worker that has something to do is not lent.",
    body: { mediaType: "application/json", schema: lendOrderSchema },
    answers: { 202: json("They go as soon as that is durable.", orderedLoansSchema) },
    refusals: [400, 404, 409, 413, 415, 422, 503],
  },
  reclaim: {
    method: "POST",
    path: "/loans:reclaim",
    summary: "Calls lent workers back",
    description: "Each comes when it has finished what it does. What is on its way home already is not named again.",
    body: { mediaType: "application/json", schema: reclaimOrderSchema },
    answers: { 202: json("They are called back.", orderedLoansSchema) },
    refusals: [400, 404, 409, 413, 415, 422, 503],
  },
  drain: {
    method: "POST",
    path: "/drain",
    summary: "Ends the master in good order",
    description:
      "Nothing new is accepted from now on, borrowed workers go home, lent ones are called back, and the process ends " +
      "with exit code 0 once all tasks have ended, or when the time is over: what is not done then is kept. The body may " +
      "be left out.",
    body: { mediaType: "application/json", schema: drainOrderSchema },
    isBodyOptional: true,
    answers: { 202: json("It is about to end.", drainingSchema) },
    refusals: [400, 413, 415, 422],
  },
  readJournal: {
    method: "GET",
    path: "/journal",
    summary: "The last decisions of the master, oldest first",
    query: journalQuerySchema,
    answers: { 200: json("The decisions.", journalSchema) },
    refusals: [404, 422],
  },
  whyBorrow: {
    method: "GET",
    path: "/why/borrow",
    summary: "Why the master borrows, or why not",
    answers: { 200: json("Why.", explanationSchema) },
    refusals: [],
  },
  whyLoan: {
    method: "GET",
    path: "/why/loan/{id}",
    summary: "Why a loan came about, and why it stands as it stands",
    answers: { 200: json("Why.", explanationSchema) },
    refusals: [404],
  },
  whyPeer: {
    method: "GET",
    path: "/why/peer/{id}",
    summary: "Why a peer is as it is, and what was asked and lent",
    description: "The peer is named by its id, or by its address as it was given with `--peer`.",
    answers: { 200: json("Why.", explanationSchema) },
    refusals: [404],
  },
  whyTask: {
    method: "GET",
    path: "/why/task/{id}",
    summary: "Why a task waits, or ended as it did",
    answers: { 200: json("Why.", explanationSchema) },
    refusals: [404, 503],
  },
  getLoad: {
    method: "GET",
    path: "/load",
    summary: "How loaded the master is, and why",
    answers: { 200: json("The load, with every figure it is made of.", loadSchema) },
    refusals: [],
  },
  getHealth: {
    method: "GET",
    path: "/healthz",
    summary: "Whether the process is up",
    answers: { 200: json("It is.", healthSchema) },
    refusals: [],
  },
  getReadiness: {
    method: "GET",
    path: "/readyz",
    summary: "Whether the master takes tasks",
    answers: { 200: json("It does: its store is open, it listens, and it is not stopping.", readinessSchema) },
    refusals: [503],
  },
  getMetrics: {
    method: "GET",
    path: "/metrics",
    summary: "Figures for Prometheus",
    answers: { 200: text("The figures.", "text/plain") },
    refusals: [],
  },
  followEvents: {
    method: "GET",
    path: "/events",
    summary: "Every notice as it happens (server-sent events)",
    description:
      "The event's name is the kind of the notice, its data the notice as JSON, its id a number that counts up. A client " +
      "that does not read is dropped. What happened before is not told again.",
    answers: { 200: text("Events, without end.", "text/event-stream") },
    refusals: [503],
  },
  listErrors: {
    method: "GET",
    path: "/errors",
    summary: "What the codes of problems mean",
    answers: { 200: text("A page with an anchor for each code.", "text/html") },
    refusals: [],
  },
  getOpenApi: {
    method: "GET",
    path: "/openapi.json",
    summary: "This API as an OpenAPI 3.1 document",
    answers: { 200: json("The document.", z.record(z.string(), z.unknown())) },
    refusals: [],
  },
} as const satisfies Readonly<Record<string, ApiRoute>>;

export type ApiOperation = keyof typeof apiRoutes;
