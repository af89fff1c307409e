import type { ApiOperation } from "@mutirao/operator-api";
import type { FastifyReply, FastifyRequest } from "fastify";

/** Answers one kind of request. What it gives is sent as JSON, unless it has answered by itself. */
export type Handle = (request: FastifyRequest, reply: FastifyReply) => unknown;

/** One for each route of the table: a route that nobody handles does not compile. */
export type RouteHandlers = Readonly<Record<ApiOperation, Handle>>;
