import { readQuery, sendProblem } from "@mutirao/http-server";
import {
  concernsPeer,
  type Explanation,
  type JournalEntry,
  type PeerNames,
  whyBorrow,
  whyLoan,
  whyPeer,
  whyTask,
} from "@mutirao/node-core/journal";
import { journalQuerySchema } from "@mutirao/operator-api";
import { formatEndpoint, taskId } from "@mutirao/primitives";
import { printable } from "@mutirao/protocol";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { z } from "zod";
import type { MasterAccess, PeerView } from "../master-access.ts";
import { explanationAnswer, journalAnswer } from "./loan-answers.ts";
import { problemOf } from "./problem.ts";
import type { RouteHandlers } from "./route-handlers.ts";

type WhyRoutes = Pick<RouteHandlers, "readJournal" | "whyBorrow" | "whyLoan" | "whyPeer" | "whyTask">;

/** What was decided, and why. */
export function createWhyRoutes(master: MasterAccess): WhyRoutes {
  const entries = (): readonly JournalEntry[] => master.journal.entries();
  return {
    readJournal: (request, reply) => readJournal(master, request, reply),
    whyBorrow: () => explanationAnswer("borrow", whyBorrow(entries(), borrowFacts(master))),
    whyLoan(request, reply) {
      const id = idOf(request);
      const loan = allLoans(master).find((each) => each.id === id);
      const why = whyLoan(id, loan, entries());
      return answer(reply, `loan ${id}`, why, () =>
        problemOf("ERR_LOAN_UNKNOWN", `nothing is known of a loan ${printable(id)}`),
      );
    },
    whyPeer(request, reply) {
      const name = idOf(request);
      const peer = peerCalled(master, name);
      if (peer === undefined) return sendProblem(reply, unknownPeer(name));
      const facts = { ...namesOf(peer), status: peer.status, ...loansWith(master, peer) };
      return explanationAnswer(`peer ${name}`, whyPeer(facts, entries()));
    },
    whyTask: (request, reply) => explainTask(master, idOf(request), reply),
  };
}

function readJournal(master: MasterAccess, request: FastifyRequest, reply: FastifyReply) {
  const query = readQuery(journalQuerySchema, request.query);
  if ("problem" in query) return sendProblem(reply, query.problem);
  const { peer: name, limit } = query.values;
  const peer = name === undefined ? undefined : peerCalled(master, name);
  if (name !== undefined && peer === undefined) return sendProblem(reply, unknownPeer(name));
  const isWanted = filterOf(query.values, peer === undefined ? undefined : namesOf(peer));
  return master.journal.entries().filter(isWanted).slice(-limit).map(journalAnswer);
}

function filterOf(
  { loan, task, since }: z.output<typeof journalQuerySchema>,
  peer: PeerNames | undefined,
): (entry: JournalEntry) => boolean {
  const from = since === undefined ? Number.NEGATIVE_INFINITY : Date.parse(since);
  return ({ at, notice }) =>
    at >= from &&
    (peer === undefined || concernsPeer(notice, peer)) &&
    (loan === undefined || (notice.kind === "loan-changed" && notice.loan === loan)) &&
    (task === undefined || (notice.kind === "attempt-failed" && notice.task === task));
}

async function explainTask(master: MasterAccess, id: string, reply: FastifyReply) {
  const task = await master.task(taskId(id));
  if (task === undefined) return sendProblem(reply, problemOf("ERR_TASK_UNKNOWN", `there is no task ${printable(id)}`));
  const { type, state, acceptedAt, status } = task;
  const facts = { ...status, id, type, state, acceptedAt, farm: farmFor(master, type) };
  return explanationAnswer(`task ${id}`, whyTask(facts, master.journal.entries()));
}

function farmFor(master: MasterAccess, type: string) {
  const here = master.workers().filter(({ status }) => status === "ALIVE" || status === "AWAY");
  return { workers: here.length, able: here.filter(({ types }) => types.includes(type)).length };
}

const answer = (
  reply: FastifyReply,
  about: string,
  why: Explanation | undefined,
  problem: () => ReturnType<typeof problemOf>,
) => (why === undefined ? sendProblem(reply, problem()) : explanationAnswer(about, why));

/** More than are ever remembered. */
const LOANS_MAX = 100_000;

const allLoans = (master: MasterAccess) => master.loans({ limit: LOANS_MAX });

const openLoans = (master: MasterAccess) => allLoans(master).filter(({ endedAt }) => endedAt === undefined);

function borrowFacts(master: MasterAccess) {
  const peers = master.peers();
  const isDraining = master.readiness() === "draining";
  return {
    refrains: master.lending === "off" ? ("lending-off" as const) : isDraining ? ("draining" as const) : undefined,
    backlog: master.load().backlog,
    guests: openLoans(master).filter(({ direction }) => direction === "in").length,
    peers: peers.length,
    peersAlive: peers.filter(({ status }) => status === "ALIVE").length,
  };
}

function loansWith(master: MasterAccess, peer: PeerView) {
  const { address, id } = namesOf(peer);
  const isPeer = (name: string): boolean => name === address || name === id;
  const open = openLoans(master);
  return {
    lent: open.filter(({ direction, borrower }) => direction === "out" && isPeer(borrower)).length,
    borrowed: open.filter(({ direction, owner }) => direction === "in" && isPeer(owner)).length,
  };
}

const namesOf = ({ id, endpoint }: PeerView): PeerNames => ({ id, address: formatEndpoint(endpoint) });

const peerCalled = (master: MasterAccess, name: string): PeerView | undefined =>
  master.peers().find(({ id, key, endpoint }) => name === id || name === key || name === formatEndpoint(endpoint));

const unknownPeer = (name: string) => problemOf("ERR_PEER_UNKNOWN", `there is no peer ${printable(name)}`);

const idOf = ({ params }: FastifyRequest): string => (params as { readonly id: string }).id;
