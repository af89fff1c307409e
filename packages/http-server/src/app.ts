import type { AddressInfo } from "node:net";
import type { Problem } from "@mutirao/operator-api";
import type { Endpoint } from "@mutirao/primitives";
import { type FastifyInstance, type FastifyRequest, fastify } from "fastify";
import type { Logger } from "pino";
import { answerBadHttp } from "./bad-http.ts";
import { guardOrder } from "./order-token.ts";
import { apiProblem, sendProblem } from "./problem.ts";
import { watchQuietConnections } from "./quiet-connections.ts";
import { guardRequest } from "./request-guard.ts";
import type { ServerLimits } from "./server-limits.ts";

/** How a server stands, beyond what fastify knows. */
export interface ServerState {
  readonly bound: Endpoint | undefined;
  readonly isStopping: boolean;
  readonly connectionsDropped: number;
}

export interface App {
  readonly app: FastifyInstance;
  readonly server: ServerState;
  /** What an error means for whoever asked. One that we did not expect is logged. */
  problemFor(error: unknown, request?: FastifyRequest): Problem;
  /** Resolves to the endpoint really bound; rejects with the system's error. To be called once. */
  listen(at: Endpoint): Promise<Endpoint>;
  /**
   * Takes no more requests, and gives those under way a moment to end.
   *
   * @param endStreams ends what waits or streams without an end of its own.
   */
  close(endStreams: () => void): Promise<void>;
}

export interface AppOptions {
  readonly limits: ServerLimits;
  readonly logger: Logger;
  /** What is answered while the server closes. */
  readonly stopping: Problem;
  /** What a request must bear that is to change anything; `undefined`: nothing. */
  readonly orderToken?: string | undefined;
  /** What an error means that the routes' own work may throw; `undefined` if it is none of those. */
  readonly expected?: (error: unknown) => Problem | undefined;
}

/** A path holds an id of at most 128 characters, three bytes each when escaped. */
const PARAM_MAX = 3 * 128;

/** A fastify with our limits and our words for whatever goes wrong, and no routes yet. */
export function createApp({ limits, logger, stopping, orderToken, expected = () => undefined }: AppOptions): App {
  const server = { bound: undefined as Endpoint | undefined, isStopping: false, connectionsDropped: 0 };
  const app = createFastify(limits);
  app.server.on("drop", () => server.connectionsDropped++);
  const connections = watchQuietConnections(app.server);

  const problemFor: App["problemFor"] = (error, request) => {
    const problem = expected(error) ?? clientProblem(error);
    if (problem !== undefined) return problem;
    const asked = request === undefined ? {} : { method: request.method, url: request.url };
    logger.error({ event: "http-failed", err: error, ...asked }, "a request failed by a mistake of ours");
    return apiProblem("ERR_INTERNAL", "the request was not carried out, or only in part");
  };

  app.addHook("onRequest", async (request, reply) => {
    reply.header("cache-control", "no-store").header("x-content-type-options", "nosniff");
    if (server.isStopping) return sendProblem(reply.header("connection", "close"), stopping);
    const problem =
      server.bound === undefined ? undefined : (guardRequest(request, server.bound) ?? guardOrder(request, orderToken));
    return problem === undefined ? undefined : sendProblem(reply, problem);
  });
  app.setErrorHandler((error, request, reply) => sendProblem(reply, problemFor(error, request)));
  return {
    app,
    server,
    problemFor,
    async listen({ host, port }) {
      await app.listen({ host, port });
      const bound = app.server.address() as AddressInfo;
      server.bound = { host: bound.address, port: bound.port };
      return server.bound;
    },
    async close(endStreams) {
      server.isStopping = true;
      endStreams();
      const cut = setTimeout(() => app.server.closeAllConnections(), limits.closeGraceMs);
      connections.close();
      await app.close();
      clearTimeout(cut);
    },
  };
}

function createFastify(limits: ServerLimits): FastifyInstance {
  const app = fastify({
    logger: false,
    http: { headersTimeout: limits.arrivalMs, connectionsCheckingInterval: 1_000 },
    // A long body may take as long as it likes, as long as it moves; other bodies have a deadline of their own.
    requestTimeout: 0,
    connectionTimeout: limits.idleMs,
    keepAliveTimeout: limits.keepAliveMs,
    return503OnClosing: false,
    routerOptions: { maxParamLength: PARAM_MAX, ignoreTrailingSlash: true },
    clientErrorHandler: answerBadHttp,
    frameworkErrors: (error, _, reply) => void sendProblem(reply, frameworkProblem(error.statusCode, error.message)),
  });
  app.server.maxConnections = limits.connectionsMax;
  // Bodies are read by those who want them, within limits of their own.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", (_request, _payload, done) => done(null));
  return app;
}

/** What fastify itself refuses. */
function clientProblem(error: unknown): Problem | undefined {
  const status = error instanceof Error && "statusCode" in error ? Number(error.statusCode) : 500;
  return status >= 400 && status < 500 ? frameworkProblem(status, String((error as Error).message)) : undefined;
}

const codeByStatus = {
  404: "ERR_ROUTE_UNKNOWN",
  413: "ERR_BODY_TOO_LARGE",
  415: "ERR_BODY_TYPE_UNKNOWN",
} as const;

const frameworkProblem = (status: number | undefined, detail: string): Problem =>
  apiProblem(codeByStatus[status as keyof typeof codeByStatus] ?? "ERR_REQUEST_MALFORMED", detail);
