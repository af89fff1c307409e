import type { ApiRoute } from "@mutirao/operator-api";
import { printable } from "@mutirao/protocol";
import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from "fastify";
import { apiProblem, sendProblem } from "./problem.ts";

/** Answers one kind of request. What it gives is sent as JSON, unless it has answered by itself. */
export type Handle = (request: FastifyRequest, reply: FastifyReply) => unknown;

/** One for each route of the table: a route that nobody handles does not compile. */
export type RouteHandlers<Operation extends string> = Readonly<Record<Operation, Handle>>;

const methods: readonly HTTPMethods[] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/** Serves every route of the table, and says what is wrong with everything else. */
export function registerRoutes<Operation extends string>(
  app: FastifyInstance,
  routes: Readonly<Record<Operation, ApiRoute>>,
  handlers: RouteHandlers<Operation>,
): void {
  const methodsByPath = new Map<string, HTTPMethods[]>();
  for (const [operation, route] of Object.entries<ApiRoute>(routes)) {
    const handle = handlers[operation as Operation];
    const served = withHead(route);
    const known = methodsByPath.get(route.path) ?? [];
    methodsByPath.set(route.path, [...known, ...served]);
    app.route({
      method: served,
      url: toFastify(route.path),
      exposeHeadRoute: false,
      handler: async (request, reply) => handle(request, reply),
    });
  }
  for (const [path, served] of methodsByPath) refuseOtherMethods(app, path, served);
  app.setNotFoundHandler((request, reply) =>
    sendProblem(reply, apiProblem("ERR_ROUTE_UNKNOWN", `there is nothing at ${printable(request.url)}`)),
  );
}

/** A stream without end has no length that HEAD could tell. */
function withHead({ method, answers }: ApiRoute): HTTPMethods[] {
  const isEndless = answers[200]?.content.mediaType === "text/event-stream";
  return method === "GET" && !isEndless ? ["GET", "HEAD"] : [method];
}

function refuseOtherMethods(app: FastifyInstance, path: string, served: readonly HTTPMethods[]): void {
  const allow = served.join(", ");
  app.route({
    method: methods.filter((method) => !served.includes(method)),
    url: toFastify(path),
    exposeHeadRoute: false,
    handler: (request, reply) => {
      const detail = `${request.method} is not for ${path}: use ${allow}`;
      return sendProblem(reply.header("allow", allow), apiProblem("ERR_METHOD_NOT_ALLOWED", detail));
    },
  });
}

/** OpenAPI writes `{id}` where fastify writes `:id`, to which a colon is special. */
const toFastify = (path: string): string => path.replaceAll(":", "::").replaceAll(/\{(\w+)\}/g, ":$1");
