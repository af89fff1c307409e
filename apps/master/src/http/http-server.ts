import type { AddressInfo } from "node:net";
import { apiRoutes, type Index, openApiDocument } from "@mutirao/operator-api";
import type { Endpoint } from "@mutirao/primitives";
import type { FastifyReply } from "fastify";
import type { Logger } from "pino";
import packageJson from "../../package.json" with { type: "json" };
import type { MasterAccess } from "../master-access.ts";
import { createApp } from "./app.ts";
import { createBatchRoute } from "./batch-route.ts";
import { createEndWaits } from "./end-waits.ts";
import { errorsPage } from "./errors-page.ts";
import { createEventStream, type EventStream } from "./event-stream.ts";
import { loadAnswer, peerAnswer, workerAnswer } from "./farm-answers.ts";
import { type HttpLimits, httpLimits } from "./http-limits.ts";
import { createLoanRoutes } from "./loan-routes.ts";
import { createMetrics, type Metrics } from "./metrics.ts";
import { problemOf, sendProblem } from "./problem.ts";
import { watchQuietConnections } from "./quiet-connections.ts";
import { registerRoutes } from "./register-routes.ts";
import type { RouteHandlers } from "./route-handlers.ts";
import { createTaskRoutes } from "./task-routes.ts";
import { createWhyRoutes } from "./why-routes.ts";

export interface HttpServerOptions {
  readonly master: MasterAccess;
  /** Told of nothing but our own mistakes. */
  readonly logger: Logger;
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

export function createHttpServer({ master, logger, ...options }: HttpServerOptions): HttpServer {
  const limits: HttpLimits = { ...httpLimits, ...options.limits };
  const waits = createEndWaits(master, limits.waitsMax);
  const events = createEventStream(master, limits);
  const { app, server, problemFor } = createApp(limits, logger);
  const batches = createBatchRoute({ master, limits, onError: problemFor });
  const metrics = createMetrics(master, limits, () => ({
    eventClients: events.clients,
    eventClientsDropped: events.dropped,
    waits: waits.count,
    batches: batches.count,
    connectionsDropped: server.connectionsDropped,
  }));
  const connections = watchQuietConnections(app.server);
  app.addHook("onResponse", async ({ method }, reply) => metrics.answered(method, reply.statusCode));
  registerRoutes(app, {
    ...createTaskRoutes({ master, limits, waits }),
    ...createFarmRoutes(master),
    ...createLoanRoutes({ master, limits }),
    ...createWhyRoutes(master),
    ...createServerRoutes({ master, events, metrics }),
    submitBatch: batches.handle,
  });
  return {
    async listen({ host, port }) {
      await app.listen({ host, port });
      const bound = app.server.address() as AddressInfo;
      server.bound = { host: bound.address, port: bound.port };
      return server.bound;
    },
    async close() {
      server.isStopping = true;
      waits.close();
      events.close();
      batches.close();
      const cut = setTimeout(() => app.server.closeAllConnections(), limits.closeGraceMs);
      connections.close();
      await app.close();
      clearTimeout(cut);
      metrics.close();
    },
  };
}

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
    listErrors: (_, reply) => reply.type("text/html; charset=utf-8").send(errorsPage),
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
