import {
  apiProblem,
  createApp,
  createEventStream,
  type EventStream,
  errorsPage,
  type RouteHandlers,
  readQuery,
  registerRoutes,
  type ServerLimits,
  sendProblem,
  serverLimits,
} from "@mutirao/http-server";
import { differenceOf } from "@mutirao/monitor-model";
import { apiErrors, type Problem } from "@mutirao/operator-api";
import {
  differenceQuerySchema,
  historyQuerySchema,
  type MonitoredNotice,
  type MonitorOperation,
  monitorDocument,
  monitorRoutes,
  noticeQuerySchema,
} from "@mutirao/operator-api/monitor";
import type { Endpoint } from "@mutirao/primitives";
import { printable } from "@mutirao/protocol";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Logger } from "pino";
import type { Feed } from "../feed.ts";
import type { History } from "../history/history.ts";
import type { NoticeQuery } from "../history/messages.ts";
import { MonitorError, monitorErrors } from "../monitor-errors.ts";
import { createMonitorMetrics, type MonitorMetrics } from "./monitor-metrics.ts";
import { type PageFile, pagePolicy } from "./static-page.ts";

export interface MonitorServerOptions {
  readonly feed: Feed;
  /** `undefined` if nothing is kept. */
  readonly history: History | undefined;
  readonly page: readonly PageFile[];
  readonly logger: Logger;
  /** Other limits than the usual ones. */
  readonly limits?: Partial<ServerLimits>;
}

/** The monitor's page and its API. */
export interface MonitorServer {
  /** Resolves to the endpoint really bound; rejects with the system's error. To be called once. */
  listen(at: Endpoint): Promise<Endpoint>;
  close(): Promise<void>;
}

/** A snapshot of a large cluster is a few megabytes, and must not count as unread the moment that it is sent. */
const EVENT_CLIENT_MAX_BYTES = 16 * 1_024 * 1_024;

const stopping = apiProblem("ERR_MONITOR_NOT_READY", "the monitor is stopping");

export function createMonitorServer({ feed, history, page, logger, ...options }: MonitorServerOptions): MonitorServer {
  const limits: ServerLimits = { ...serverLimits, eventClientMaxBytes: EVENT_CLIENT_MAX_BYTES, ...options.limits };
  const events = createEventStream(limits, () => ({ event: "snapshot", data: feed.snapshot() }));
  feed.onDelta((delta) => events.tell("delta", () => delta));
  const { app, listen, close } = createApp({ limits, logger, stopping, expected: historyProblem });
  const metrics = createMonitorMetrics(feed, events);
  app.addHook("onResponse", async ({ method }, reply) => metrics.answered(method, reply.statusCode));
  servePage(app, page);
  registerRoutes(app, monitorRoutes, {
    ...createViewRoutes(feed),
    ...createHistoryRoutes(feed, history),
    ...createServerRoutes({ feed, events, metrics }),
  });
  return {
    listen,
    async close() {
      await close(() => events.close());
      metrics.close();
    },
  };
}

const historyProblem = (error: unknown): Problem | undefined =>
  error instanceof MonitorError ? apiProblem("ERR_HISTORY_OFF", `${error.message} [${error.code}]`) : undefined;

function servePage(app: FastifyInstance, page: readonly PageFile[]): void {
  for (const { path, type, body, isImmutable } of page) {
    app.get(path, (_, reply) =>
      reply
        .type(type)
        .header("content-security-policy", pagePolicy)
        .header("referrer-policy", "no-referrer")
        .header("cache-control", isImmutable ? "public, max-age=31536000, immutable" : "no-cache")
        .send(body),
    );
  }
}

type Routes<Operation extends MonitorOperation> = Pick<RouteHandlers<MonitorOperation>, Operation>;
type ViewOperation =
  | "getSnapshot"
  | "getStatus"
  | "listMasters"
  | "getMaster"
  | "listWorkers"
  | "listLoans"
  | "listExchanges"
  | "listAlarms"
  | "listSources"
  | "getDifference";

const createViewRoutes = (feed: Feed): Routes<ViewOperation> => ({
  getSnapshot: () => feed.snapshot(),
  getStatus: () => feed.status(),
  listMasters: () => feed.snapshot().masters.toSorted((a, b) => (a.id < b.id ? -1 : 1)),
  getMaster(request, reply) {
    const { id } = request.params as { readonly id: string };
    return feed.master(id) ?? sendProblem(reply, unknownMaster(id));
  },
  listWorkers: () => feed.snapshot().workers,
  listLoans: () => feed.snapshot().loans,
  listExchanges: () => feed.snapshot().exchanges.toReversed(),
  listAlarms: () => feed.snapshot().alarms,
  listSources: () => feed.snapshot().sources,
  getDifference(request, reply) {
    const query = readQuery(differenceQuerySchema, request.query);
    if ("problem" in query) return sendProblem(reply, query.problem);
    const [left, right] = [feed.master(query.values.left), feed.master(query.values.right)];
    if (left === undefined) return sendProblem(reply, unknownMaster(query.values.left));
    return right === undefined ? sendProblem(reply, unknownMaster(query.values.right)) : differenceOf(left, right);
  },
});

const unknownMaster = (id: string): Problem => apiProblem("ERR_MASTER_UNKNOWN", `there is no master ${printable(id)}`);

const createHistoryRoutes = (feed: Feed, history: History | undefined): Routes<"listNotices" | "getHistory"> => ({
  async listNotices(request, reply) {
    const query = readQuery(noticeQuerySchema, request.query);
    if ("problem" in query) return sendProblem(reply, query.problem);
    const recent = matching(feed.snapshot().notices, query.values);
    const past = (await history?.notices(query.values)) ?? [];
    return merged(recent, past, query.values.limit);
  },
  async getHistory(request, reply) {
    const query = readQuery(historyQuerySchema, request.query);
    if ("problem" in query) return sendProblem(reply, query.problem);
    if (history === undefined)
      return sendProblem(reply, apiProblem("ERR_HISTORY_OFF", "nothing is kept: --history off"));
    const { master, minutes, points } = query.values;
    const to = Math.floor(Date.now() / 1_000);
    return history.series({ master, from: to - 60 * minutes, to, points });
  },
});

/** What has just happened may not be on the disk yet. */
function merged(
  recent: readonly MonitoredNotice[],
  past: readonly MonitoredNotice[],
  limit: number,
): readonly MonitoredNotice[] {
  const all = new Map([...past, ...recent].map((notice) => [notice.n, notice]));
  return [...all.values()].sort((a, b) => b.n - a.n).slice(0, limit);
}

function matching(notices: readonly MonitoredNotice[], { master, kind, text }: NoticeQuery): MonitoredNotice[] {
  const wanted = text?.toLowerCase();
  return notices.filter(
    (notice) =>
      (master === undefined || notice.master === master) &&
      (kind === undefined || notice.kind === kind) &&
      (wanted === undefined ||
        [notice.kind, notice.master ?? "", JSON.stringify(notice.data)].some((field) =>
          field.toLowerCase().includes(wanted),
        )),
  );
}

interface ServerRoutesTools {
  readonly feed: Feed;
  readonly events: EventStream;
  readonly metrics: MonitorMetrics;
}

type ServerOperation = Exclude<MonitorOperation, ViewOperation | "listNotices" | "getHistory">;

function createServerRoutes({ feed, events, metrics }: ServerRoutesTools): Routes<ServerOperation> {
  const document = monitorDocument();
  const errors = errorsPage({ ...apiErrors, ...monitorErrors });
  return {
    getHealth: () => ({ status: "up" }),
    getReadiness: () => ({ status: "ready", history: feed.status().history.state }),
    getMetrics: async (_, reply) => reply.type(metrics.contentType).send(await metrics.text()),
    followEvents: (request, reply) => follow(events, request, reply),
    listErrors: (_, reply) =>
      reply.type("text/html; charset=utf-8").header("content-security-policy", pagePolicy).send(errors),
    getOpenApi: () => document,
  };
}

function follow(events: EventStream, _request: FastifyRequest, reply: FastifyReply) {
  if (!events.hasRoom) {
    return sendProblem(reply, apiProblem("ERR_EVENTS_FULL", `${events.clients} clients read the events already`));
  }
  reply.hijack();
  events.attach(reply.raw);
  return reply;
}
