import { z } from "zod";
import type { ApiAnswer, ApiRoute } from "../api-route.ts";
import { described, named } from "../api-schema.ts";
import { healthSchema } from "../schemas/health.ts";
import { differenceSchema, masterHistorySchema } from "./history.ts";
import { monitorLimits } from "./limits.ts";
import { monitoredMasterListSchema, monitoredMasterSchema } from "./master.ts";
import { alarmListSchema, exchangeListSchema, monitoredNoticeListSchema } from "./notice.ts";
import { monitorSnapshotSchema } from "./snapshot.ts";
import { monitorStatusSchema, reportSourceListSchema } from "./status.ts";
import { monitoredLoanListSchema, monitoredWorkerListSchema } from "./worker.ts";

const json = (description: string, schema: z.ZodType): ApiAnswer => ({
  description,
  content: { mediaType: "application/json", schema },
});

const text = (description: string, mediaType: "text/plain" | "text/html" | "text/event-stream"): ApiAnswer => ({
  description,
  content: { mediaType },
});

const monitorReadinessSchema = named(
  "MonitorReadiness",
  "The monitor takes reports.",
  [{ status: "ready", history: "on" }],
  z.object({ status: z.literal("ready"), history: z.enum(["on", "off", "failed"]) }),
);

const limit = described(z.int().min(1).max(monitorLimits.listMax).default(100), "How many at most.");

export const noticeQuerySchema = z.strictObject({
  master: described(z.string().max(128).optional(), "Only what this master told."),
  kind: described(z.string().max(64).optional(), "Only this kind."),
  text: described(z.string().max(128).optional(), "Only those in which this text stands, upper or lower case."),
  limit,
});

export const differenceQuerySchema = z.strictObject({
  left: described(z.string().max(128), "The id of a master."),
  right: described(z.string().max(128), "The id of another."),
});

export const historyQuerySchema = z.strictObject({
  master: described(z.string().max(128), "The id of the master."),
  minutes: described(z.int().min(1).max(monitorLimits.historyMaxMinutes).default(60), "How far back."),
  points: described(z.int().min(2).max(monitorLimits.pointsMax).default(360), "How many points at most."),
});

const get = (
  path: string,
  summary: string,
  answer: ApiAnswer,
  more: Partial<Pick<ApiRoute, "description" | "query" | "refusals">> = {},
) => ({ method: "GET", path, summary, answers: { 200: answer }, refusals: [], ...more }) as const satisfies ApiRoute;

/** Every route of the load monitor, by the name of what it does. The page is at `/`. */
export const monitorRoutes = {
  getSnapshot: get("/api/snapshot", "Everything that is known now", json("All of it.", monitorSnapshotSchema)),
  getStatus: get("/api/status", "How the monitor itself is", json("Its status.", monitorStatusSchema)),
  listMasters: get("/api/masters", "Lists the masters", json("The masters.", monitoredMasterListSchema)),
  getMaster: get(
    "/api/masters/{id}",
    "Shows a master, with every peer that it sees",
    json("The master.", monitoredMasterSchema),
    { refusals: [404] },
  ),
  listWorkers: get("/api/workers", "Lists the workers that are known by id", json("They.", monitoredWorkerListSchema)),
  listLoans: get("/api/loans", "Lists the loans", json("The loans.", monitoredLoanListSchema)),
  listNotices: get(
    "/api/notices",
    "Lists notices, the latest first, those of an earlier run included",
    json("The notices.", monitoredNoticeListSchema),
    { query: noticeQuerySchema, refusals: [422, 503] },
  ),
  listExchanges: get(
    "/api/exchanges",
    "Lists the latest messages of the conversation between masters",
    json("The messages.", exchangeListSchema),
  ),
  listAlarms: get(
    "/api/alarms",
    "Lists the alarms that stand, and the latest that were cleared",
    json("The alarms.", alarmListSchema),
  ),
  listSources: get(
    "/api/sources",
    "Lists the addresses that send lines, and what was wrong with them",
    json("The addresses.", reportSourceListSchema),
  ),
  getDifference: get(
    "/api/diff",
    "Compares how two masters see their peers",
    json("The difference.", differenceSchema),
    { query: differenceQuerySchema, refusals: [404, 422] },
  ),
  getHistory: get("/api/history", "Shows how a master was over time", json("Its history.", masterHistorySchema), {
    query: historyQuerySchema,
    refusals: [422, 503],
  }),
  followEvents: get(
    "/events",
    "Everything that is known, and then every change (server-sent events)",
    text("Events, without end.", "text/event-stream"),
    {
      description:
        "First `snapshot`, whose data is a MonitorSnapshot, then `delta` after `delta`, each a MonitorDelta. Ids count " +
        "up. A client that comes back begins with a new snapshot; one that does not read is dropped.",
      refusals: [503],
    },
  ),
  getHealth: get("/healthz", "Whether the process is up", json("It is.", healthSchema)),
  getReadiness: get("/readyz", "Whether the monitor takes reports", json("It does.", monitorReadinessSchema), {
    refusals: [503],
  }),
  getMetrics: get(
    "/metrics",
    "Figures for Prometheus, with a label for each master",
    text("The figures.", "text/plain"),
  ),
  listErrors: get(
    "/errors",
    "What the codes of problems mean",
    text("A page with an anchor for each code.", "text/html"),
  ),
  getOpenApi: get(
    "/openapi.json",
    "This API as an OpenAPI 3.1 document",
    json("The document.", z.record(z.string(), z.unknown())),
  ),
} as const satisfies Readonly<Record<string, ApiRoute>>;

export type MonitorOperation = keyof typeof monitorRoutes;
