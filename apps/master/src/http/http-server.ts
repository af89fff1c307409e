import {
  createApp,
  createEventStream,
  type EventStream,
  errorsPage,
  registerRoutes,
  sendProblem,
} from "@mutirao/http-server";
import { apiRoutes, type Index, openApiDocument } from "@mutirao/operator-api";
import { type Endpoint, epochMs } from "@mutirao/primitives";
import { formatIsoTime } from "@mutirao/protocol";
import type { FastifyReply } from "fastify";
import type { Logger } from "pino";
import packageJson from "../../package.json" with { type: "json" };
import type { MasterAccess } from "../master-access.ts";
import { createBatchRoute } from "./batch-route.ts";
import { createEndWaits } from "./end-waits.ts";
import { loadAnswer, peerAnswer, workerAnswer } from "./farm-answers.ts";
import { type HttpLimits, httpLimits } from "./http-limits.ts";
import { createLoanRoutes } from "./loan-routes.ts";
import { createMetrics, type Metrics } from "./metrics.ts";
import { problemMeanings, problemOf, storeProblem } from "./problem.ts";
import type { RouteHandlers } from "./route-handlers.ts";
import { createTaskRoutes } from "./task-routes.ts";
import { createWhyRoutes } from "./why-routes.ts";

export interface HttpServerOptions {
  readonly master: MasterAccess;
  /** Told of nothing but our own mistakes. */
  readonly logger: Logger;
  /** What an order must bear; `undefined`: nothing. */
  readonly orderToken?: string | undefined;
  /** Other limits than the usual ones. */
  readonly limits?: Partial<HttpLimits>;
}

/** The HTTP API of a master. */
export interface HttpServer {
  /** Resolves to the endpoint really bound; rejects with the system's error. To be called once. */
  listen(at: Endpoint): Promise<Endpoint>;
  /** Takes no more requests, ends what waits or streams, and gives the rest a moment to end. */
  close(): Promise<void>;
}

export function createHttpServer({ master, logger, orderToken, ...options }: HttpServerOptions): HttpServer {
  const limits: HttpLimits = { ...httpLimits, ...options.limits };
  const waits = createEndWaits(master, limits.waitsMax);
  const events = createEventStream(limits);
  const { app, server, problemFor, listen, close } = createApp({
    ...{ limits, logger, stopping, orderToken },
    expected: storeProblem,
  });
  const batches = createBatchRoute({ master, limits, onError: problemFor });
  const metrics = createMetrics(master, limits, () => ({
    eventClients: events.clients,
    eventClientsDropped: events.dropped,
    waits: waits.count,
    batches: batches.count,
    connectionsDropped: server.connectionsDropped,
  }));
  const stopListening = master.onNotice((notice) =>
    events.tell(notice.kind, () => ({ time: formatIsoTime(epochMs(Date.now())), ...notice })),
  );
  app.addHook("onResponse", async ({ method }, reply) => metrics.answered(method, reply.statusCode));
  registerRoutes(app, apiRoutes, {
    ...createTaskRoutes({ master, limits, waits }),
    ...createFarmRoutes(master),
    ...createLoanRoutes({ master, limits }),
    ...createWhyRoutes(master),
    ...createServerRoutes({ master, events, metrics }),
    submitBatch: batches.handle,
  });
  return {
    listen,
    async close() {
      await close(() => {
        stopListening();
        waits.close();
        events.close();
        batches.close();
      });
      metrics.close();
    },
  };
}

const stopping = problemOf("ERR_MASTER_NOT_READY", "the master is stopping: ask another one");

type FarmRoutes = Pick<RouteHandlers, "listWorkers" | "listPeers" | "getLoad">;

const createFarmRoutes = (master: MasterAccess): FarmRoutes => ({
  listWorkers: () => master.workers().map(workerAnswer),
  listPeers: () => master.peers().map(peerAnswer),
  getLoad: () => loadAnswer(master.load()),
});

interface ServerRoutesTools {
  readonly master: MasterAccess;
  readonly events: EventStream;
  readonly metrics: Metrics;
}

type ServerRoutes = Pick<
  RouteHandlers,
  "index" | "getHealth" | "getReadiness" | "getMetrics" | "followEvents" | "listErrors" | "getOpenApi"
>;

function createServerRoutes({ master, events, metrics }: ServerRoutesTools): ServerRoutes {
  const routes = Object.values(apiRoutes).map(({ method, path, summary }) => ({ method, path, summary }));
  const index: Index = { name: "Mutirão master", id: master.id, version: packageJson.version, routes };
  const document = openApiDocument();
  return {
    index: () => index,
    getHealth: () => ({ status: "up" }),
    getReadiness: (_, reply) => answerReadiness(master, reply),
    getMetrics: async (_, reply) => reply.type(metrics.contentType).send(await metrics.text()),
    followEvents: (_, reply) => follow(events, reply),
    listErrors: (_, reply) => reply.type("text/html; charset=utf-8").send(errorsPage(problemMeanings)),
    getOpenApi: () => document,
  };
}

const reasons = {
  starting: "the master is starting: ask again in a moment",
  draining: "the master is about to end: ask another one",
  stopping: "the master is stopping: ask another one",
  "store-failed": "the store of the master has failed: its log says why",
} as const;

function answerReadiness(master: MasterAccess, reply: FastifyReply) {
  const readiness = master.readiness();
  if (readiness === "ready") return { status: readiness };
  return sendProblem(reply, problemOf("ERR_MASTER_NOT_READY", reasons[readiness]));
}

function follow(events: EventStream, reply: FastifyReply) {
  if (!events.hasRoom) {
    return sendProblem(reply, problemOf("ERR_EVENTS_FULL", `${events.clients} clients read the events already`));
  }
  reply.hijack();
  events.attach(reply.raw);
  return reply;
}
