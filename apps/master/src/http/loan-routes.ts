import type { IncomingMessage } from "node:http";
import { fieldProblem, readQuery, sendProblem } from "@mutirao/http-server";
import type { Answer } from "@mutirao/node-core";
import {
  type Borrowing,
  borrowOrderSchema,
  type Draining,
  drainOrderSchema,
  lendOrderSchema,
  loanListQuerySchema,
  type OrderedLoans,
  type Problem,
  reclaimOrderSchema,
} from "@mutirao/operator-api";
import { nodeId, seconds } from "@mutirao/primitives";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { z } from "zod";
import type { MasterAccess } from "../master-access.ts";
import type { HttpLimits } from "./http-limits.ts";
import { readJsonBody } from "./json-body.ts";
import { loanAnswer } from "./loan-answers.ts";
import { refusalProblem } from "./problem.ts";
import type { RouteHandlers } from "./route-handlers.ts";

export interface LoanRoutesTools {
  readonly master: MasterAccess;
  readonly limits: HttpLimits;
}

type LoanRoutes = Pick<RouteHandlers, "listLoans" | "borrow" | "lend" | "reclaim" | "drain">;

export function createLoanRoutes(tools: LoanRoutesTools): LoanRoutes {
  return {
    listLoans: (request, reply) => list(tools, request, reply),
    borrow: (request, reply) => borrow(tools, request, reply),
    lend: (request, reply) => lend(tools, request, reply),
    reclaim: (request, reply) => reclaim(tools, request, reply),
    drain: (request, reply) => drain(tools, request, reply),
  };
}

function list({ master }: LoanRoutesTools, request: FastifyRequest, reply: FastifyReply) {
  const query = readQuery(loanListQuerySchema, request.query);
  return "problem" in query ? sendProblem(reply, query.problem) : master.loans(query.values).map(loanAnswer);
}

async function borrow(tools: LoanRoutesTools, request: FastifyRequest, reply: FastifyReply) {
  const order = await readOrder(tools, request, borrowOrderSchema, '{"workers":2}');
  if ("problem" in order) return sendProblem(reply, order.problem);
  const { peer, workers } = order.values;
  const answer = await tools.master.order({ type: "borrow", peer, workers });
  if (answer.kind !== "borrowing") return sendRefusal(reply, answer, "nobody is asked");
  reply.code(202);
  return { asks: answer.asks.map((ask) => ({ ...ask })) } satisfies Borrowing;
}

async function lend(tools: LoanRoutesTools, request: FastifyRequest, reply: FastifyReply) {
  const order = await readOrder(tools, request, lendOrderSchema, '{"peer":"master-b","count":1}');
  if ("problem" in order) return sendProblem(reply, order.problem);
  const { peer, count = 1, workers } = order.values;
  const answer = await tools.master.order({ type: "lend", peer, workers: workers?.map(nodeId) ?? count });
  if (answer.kind !== "lending") return sendRefusal(reply, answer, "nobody is lent");
  reply.code(202);
  return { loans: [...answer.loans] } satisfies OrderedLoans;
}

async function reclaim(tools: LoanRoutesTools, request: FastifyRequest, reply: FastifyReply) {
  const order = await readOrder(tools, request, reclaimOrderSchema, '{"all":true}');
  if ("problem" in order) return sendProblem(reply, order.problem);
  const answer = await tools.master.order({ type: "reclaim", what: whatOf(order.values) });
  if (answer.kind !== "reclaiming") return sendRefusal(reply, answer, "nobody is called back");
  reply.code(202);
  return { loans: [...answer.loans] } satisfies OrderedLoans;
}

function whatOf({ loan, peer }: z.output<typeof reclaimOrderSchema>) {
  if (loan !== undefined) return { loan };
  return peer === undefined ? "all" : { peer };
}

async function drain(tools: LoanRoutesTools, request: FastifyRequest, reply: FastifyReply) {
  const order = hasBody(request.raw)
    ? await readOrder(tools, request, drainOrderSchema, '{"timeoutS":60}', {})
    : { values: {} as z.output<typeof drainOrderSchema> };
  if ("problem" in order) return sendProblem(reply, order.problem);
  const { timeoutS } = order.values;
  const forMs = tools.master.drain(timeoutS === undefined ? undefined : seconds(timeoutS));
  reply.code(202);
  return { status: "draining", timeoutS: forMs / 1_000 } satisfies Draining;
}

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers["transfer-encoding"] !== undefined || (headers["content-length"] ?? "0") !== "0";

type ReadOrder<T> = { readonly values: T } | { readonly problem: Problem };

async function readOrder<Schema extends z.ZodType>(
  { limits }: LoanRoutesTools,
  { raw }: FastifyRequest,
  schema: Schema,
  example: string,
  ifEmpty?: z.input<Schema>,
): Promise<ReadOrder<z.output<Schema>>> {
  const body = await readJsonBody(raw, limits.arrivalMs, example, ifEmpty);
  if ("problem" in body) return body;
  const read = schema.safeParse(body.value);
  return read.success
    ? { values: read.data }
    : { problem: fieldProblem(read.error, `it is a JSON object such as ${example}`) };
}

function sendRefusal(reply: FastifyReply, answer: Answer, what: string): FastifyReply {
  if (answer.kind !== "refused") throw new Error(`the master answered ${answer.kind}`);
  return sendProblem(reply, refusalProblem(answer.refusal, what));
}
