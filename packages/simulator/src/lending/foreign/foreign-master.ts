import type { Endpoint, Prng } from "@mutirao/primitives";
import { createEventLoop } from "../../event-loop.ts";
import { createForeignConn, type ForeignConn, type ForeignConnHandler } from "../../foreign/foreign-conn.ts";
import type { Machine } from "../../network/machine.ts";
import type { ForeignMasterPlan } from "../plan.ts";
import type { LendingWorld } from "../world.ts";
import * as words from "./class-words.ts";

/** A master of another team, which is a peer of some of ours: it knows the class's words, and has manners of its own. */
export interface ForeignMaster {
  readonly plan: ForeignMasterPlan;
  readonly machine: Machine;
  start(): void;
  /** It asks for nothing more. */
  calmDown(): void;
}

/** A worker of somebody else's that is here. */
interface Guest {
  readonly owner: Endpoint;
  readonly since: number;
  isHere: boolean;
  isReturning: boolean;
}

interface State {
  readonly world: () => LendingWorld;
  readonly plan: ForeignMasterPlan;
  readonly guests: Map<string, Guest>;
  /** Where its own workers are sent, once each. */
  readonly lent: Map<string, Endpoint>;
  readonly dial: (to: Endpoint, handler: ForeignConnHandler) => ForeignConn;
  readonly prng: Prng;
  isCalm: boolean;
  /** It gave out so many tasks. */
  tasks: number;
}

const ANSWER_MS = 5_000;

export function createForeignMaster(
  world: () => LendingWorld,
  plan: ForeignMasterPlan,
  machine: Machine,
  prng: Prng,
): ForeignMaster {
  const loop = createEventLoop(prng.fork("loop"));
  const dial = (to: Endpoint, handler: ForeignConnHandler): ForeignConn => {
    const views = createForeignConn(handler);
    views.attach(world().network.connect(machine, loop, plan.listensAt.host, to, views.network));
    return views.conn;
  };
  const state: State = { world, plan, guests: new Map(), lent: new Map(), dial, prng, isCalm: false, tasks: 0 };
  return {
    plan,
    machine,
    start() {
      world().network.listen(machine, loop, plan.listensAt, (socket) => {
        const views = createForeignConn({ line: (conn, line) => hear(state, conn, line) });
        views.attach(socket);
        return views.network;
      });
      if (plan.style === "returns" || plan.style === "keeps" || plan.style === "trades") ask(state);
      if (plan.style === "returns" || plan.style === "trades") giveBack(state);
    },
    calmDown() {
      state.isCalm = true;
    },
  };
}

function hear(state: State, conn: ForeignConn, line: string): void {
  const { plan } = state;
  const heard = words.read(line);
  switch (heard.word) {
    case "HEARTBEAT":
      conn.say(words.alive(plan.id));
      break;
    case "ALIVE":
      conn.say(answerTo(state, heard.worker));
      break;
    case "STATUS":
      conn.say(words.ack);
      break;
    case "WORKER_REQUEST":
      conn.say(lend(state, heard.at));
      break;
    case "COMMAND_RELEASE":
      // One that never answers leaves the other side hanging.
      if (plan.style === "deaf") return;
      conn.say(words.releaseAck(plan.id, heard.workers));
      break;
    default:
  }
  conn.end();
}

/** What a worker is told that asks for work. Of that there is some now and then, for guests. */
function answerTo(state: State, worker: string): string {
  const { guests, lent, plan, prng, world } = state;
  const to = lent.get(worker);
  if (to !== undefined) {
    lent.delete(worker);
    return words.redirect(to);
  }
  const guest = guests.get(worker);
  if (guest !== undefined) welcome(state, worker, guest);
  if (guest?.isReturning !== true) {
    if (guest === undefined || state.isCalm || !prng.chance(0.3)) return words.noTask;
    world().counters.count("foreign master gives a guest a task");
    return words.query(`${plan.id}.t${state.tasks++}`);
  }
  guests.delete(worker);
  // Some name themselves where the worker's home should stand.
  return words.returnTo(plan.isWrong ? { host: "10.9.9.9", port: 1 } : guest.owner);
}

/** Some take the arrival of a worker for the end of the exchange. */
function welcome({ dial, plan, world }: State, worker: string, guest: Guest): void {
  if (guest.isHere) return;
  guest.isHere = true;
  if (!plan.isHasty) return;
  world().counters.count("foreign master says RELEASE_COMPLETED on arrival");
  const conn = dial(guest.owner, {
    opened(opened) {
      opened.say(words.releaseCompleted(plan.id, worker));
      opened.end();
    },
  });
  world().scheduler.after(ANSWER_MS, () => conn.isOver || conn.abort());
}

function lend(state: State, to: Endpoint | undefined): string {
  const { plan, lent, world } = state;
  const worker = world().movers.find(
    (mover) => mover.plan.home === plan.id && mover.isHome && !lent.has(mover.plan.id),
  );
  if (to === undefined || worker === undefined || state.isCalm) return words.unavailable(plan.id);
  lent.set(worker.plan.id, to);
  return words.available(plan.id, [worker.plan.id]);
}

function again(state: State, run: () => void): void {
  const { world, plan, prng } = state;
  world().scheduler.after(plan.everyMs * (0.5 + prng.next()), () => {
    if (!state.isCalm || state.guests.size > 0) run();
  });
}

/** Asks one after the other of its peers for a worker. */
function ask(state: State): void {
  const { plan, guests, world, prng } = state;
  again(state, () => ask(state));
  const victim = plan.peers[prng.integer(0, plan.peers.length - 1)];
  if (victim === undefined || state.isCalm) return;
  const isMisleading = plan.alias !== undefined && plan.alias.host !== victim.host && prng.chance(0.3);
  if (isMisleading) world().counters.count("foreign master names another's address");
  const conn = state.dial(victim, {
    opened: (opened) =>
      opened.say(words.workerRequest(plan.id, (isMisleading ? plan.alias : undefined) ?? plan.listensAt)),
    line(answered, line) {
      for (const worker of words.read(line).workers)
        guests.set(worker, { owner: victim, since: world().scheduler.now, isHere: false, isReturning: false });
      answered.end();
    },
  });
  world().scheduler.after(ANSWER_MS, () => conn.isOver || conn.abort());
}

/** Gives each guest back once it has been here for long enough, and says so again until it is answered. */
function giveBack(state: State): void {
  const { plan, guests, world } = state;
  world().scheduler.after(plan.everyMs, () => giveBack(state));
  const now = world().scheduler.now;
  for (const [worker, guest] of guests) {
    if (guest.isReturning || now - guest.since < plan.stayMs) continue;
    const conn = state.dial(guest.owner, {
      opened: (opened) => opened.say(words.commandRelease(plan.id, worker, plan.listensAt)),
      line(answered, line) {
        if (words.read(line).workers.includes(worker)) guest.isReturning = true;
        answered.end();
      },
    });
    world().scheduler.after(ANSWER_MS, () => conn.isOver || conn.abort());
  }
}
