import type { Problem } from "@mutirao/operator-api";
import type { Endpoint } from "@mutirao/primitives";
import { type FastifyInstance, type FastifyRequest, fastify } from "fastify";
import type { Logger } from "pino";
import { answerBadHttp } from "./bad-http.ts";
import type { HttpLimits } from "./http-limits.ts";
import { type ProblemCode, problemOf, sendProblem, storeProblem } from "./problem.ts";
import { guardRequest } from "./request-guard.ts";

/** How a server stands, beyond what fastify knows. */
export interface ServerState {
  bound: Endpoint | undefined;
  isStopping: boolean;
  connectionsDropped: number;
}

export interface App {
  readonly app: FastifyInstance;
  readonly server: ServerState;
  /** What an error means for whoever asked. One that we did not expect is logged. */
  readonly problemFor: (error: unknown, request?: FastifyRequest) => Problem;
}

/** A path holds an id of at most 128 characters, three bytes each when escaped. */
const PARAM_MAX = 3 * 128;

/** A fastify with our limits and our words for whatever goes wrong, and no routes yet. */
export function createApp(limits: HttpLimits, logger: Logger): App {
  const server: ServerState = { bound: undefined, isStopping: false, connectionsDropped: 0 };
  const app = fastify({
    logger: false,
    http: { headersTimeout: limits.arrivalMs, connectionsCheckingInterval: 1_000 },
    // A batch may take as long as it likes, as long as it moves; other bodies have a deadline of their own.
    requestTimeout: 0,
    connectionTimeout: limits.idleMs,
    keepAliveTimeout: limits.keepAliveMs,
    return503OnClosing: false,
    routerOptions: { maxParamLength: PARAM_MAX, ignoreTrailingSlash: true },
    clientErrorHandler: answerBadHttp,
    frameworkErrors: (error, _, reply) => void sendProblem(reply, frameworkProblem(error.statusCode, error.message)),
  });
  app.server.maxConnections = limits.connectionsMax;
  app.server.on("drop", () => server.connectionsDropped++);

  const problemFor = (error: unknown, request?: FastifyRequest): Problem => {
    const expected = storeProblem(error) ?? clientProblem(error);
    if (expected !== undefined) return expected;
    const asked = request === undefined ? {} : { method: request.method, url: request.url };
    logger.error({ event: "http-failed", err: error, ...asked }, "a request failed by a mistake of ours");
    return problemOf("ERR_INTERNAL", "the request was not carried out, or only in part");
  };

  // Bodies are read by those who want them, within limits of their own.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", (_request, _payload, done) => done(null));
  app.addHook("onRequest", async (request, reply) => {
    reply.header("cache-control", "no-store").header("x-content-type-options", "nosniff");
    if (server.isStopping) return sendProblem(reply.header("connection", "close"), stopping);
    const problem = server.bound === undefined ? undefined : guardRequest(request, server.bound);
    return problem === undefined ? undefined : sendProblem(reply, problem);
  });
  app.setErrorHandler((error, request, reply) => sendProblem(reply, problemFor(error, request)));
  return { app, server, problemFor };
}

const stopping = problemOf("ERR_MASTER_NOT_READY", "the master is stopping: ask another one");

/** What fastify itself refuses. */
function clientProblem(error: unknown): Problem | undefined {
  const status = error instanceof Error && "statusCode" in error ? Number(error.statusCode) : 500;
  return status >= 400 && status < 500 ? frameworkProblem(status, String((error as Error).message)) : undefined;
}

const codeByStatus: Readonly<Record<number, ProblemCode>> = {
  404: "ERR_ROUTE_UNKNOWN",
  413: "ERR_BODY_TOO_LARGE",
  415: "ERR_BODY_TYPE_UNKNOWN",
};

const frameworkProblem = (status: number | undefined, detail: string): Problem =>
  problemOf(codeByStatus[status ?? 400] ?? "ERR_REQUEST_MALFORMED", detail);
