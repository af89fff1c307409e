import {
  after,
  type DurationMs,
  durationMs,
  type Endpoint,
  earlierOf,
  formatEndpoint,
  type InstantMs,
  type NodeId,
  nodeId,
  sameEndpoint,
} from "@mutirao/primitives";
import type { Redirect, WorkerAlive, WorkerWelcome } from "@mutirao/protocol";
import { wrongTarget } from "../policies/redirect-target.ts";
import type { MoveReason, RedirectErrorCode } from "../worker-notices.ts";
import type { WorkerOutbox } from "./outbox.ts";
import type { WorkerMoving } from "./worker-moving.ts";
import type { WorkerReach } from "./worker-reach.ts";

/**
 * Whom a worker serves. It has one home for life, and only its home sends it elsewhere; from anywhere else there is one
 * way, home.
 *
 *   home --REDIRECT from home, of a lease that is new, to a place where a borrower may live--> away
 *    ^                                                                                          |
 *    +--RETURN, the lease is over, the borrower cannot be reached, or another answers in its place--+
 *
 * Between the order and the move the worker finishes what it has, see {@link WorkerMoving}. The epoch of a lease is said
 * from the move on, not from the order on: at home it would mean that the worker is back.
 */
export interface WorkerAllegiance {
  readonly isAway: boolean;
  /** It is about to move. */
  readonly isBoundElsewhere: boolean;
  /** Where the master is that the worker serves. */
  readonly at: Endpoint;
  /** By what the master is told from others to whom something may be owed: an id where it has one, else its address. */
  readonly key: string;
  /** The highest epoch that the worker has seen; 0: none. */
  readonly epoch: number;
  /** What ALIVE says of its owner, while it is away. */
  readonly owner: NodeId | undefined;
  /** When it is to go home unless its lease is renewed. */
  readonly leaseEndsAt: InstantMs | undefined;
  /** Orders to go elsewhere that were not obeyed. */
  readonly refused: number;
  /** How ALIVE begins. */
  alive(): WorkerAlive;
  onRedirect(redirect: Redirect, where: RedirectScene, now: InstantMs): void;
  onReturn(remote: Endpoint, graceMs: DurationMs, now: InstantMs): void;
  /** Whether it is the borrower that the worker was sent to who welcomes it, as far as one was named. */
  isExpected(welcome: WorkerWelcome): boolean;
  onWelcome(welcome: WorkerWelcome, now: InstantMs): void;
  /** The borrower says how much longer the lease lasts. */
  renew(leaseMs: DurationMs | undefined, now: InstantMs): void;
  /** Of its own accord. Nothing, if it is at home. */
  goHome(why: MoveReason, graceMs: DurationMs, now: InstantMs): void;
  /** The worker is about to leave for good: it goes nowhere else any more. */
  stay(): void;
  /** The time for the move that was begun has come. */
  move(now: InstantMs): void;
}

/** How things are when a REDIRECT comes. */
export interface RedirectScene {
  readonly remote: Endpoint;
  /** The master and the worker are in a session, so it is one of ours, and gives every lease a number. */
  readonly isSession: boolean;
  readonly isLeaving: boolean;
  readonly graceMs: DurationMs;
}

export interface WorkerAllegianceTools {
  readonly outbox: WorkerOutbox;
  readonly moving: WorkerMoving;
  readonly reach: WorkerReach;
}

interface Stay {
  readonly at: Endpoint;
  readonly owner: NodeId;
  readonly borrower: NodeId | undefined;
  readonly leaseMs: DurationMs;
  leaseEndsAt: InstantMs;
  /** However often it is renewed; `undefined`: the owner is one who renews it. */
  readonly endsAtMost: InstantMs | undefined;
}

/** A move that was begun: to a borrower, or home. */
interface Plan {
  readonly redirect: Redirect | undefined;
  readonly why: MoveReason;
}

export interface WorkerAllegianceOptions {
  readonly selfId: NodeId;
  readonly home: Endpoint;
  /**
   * How long a worker stays with a borrower if its owner has not said so, and no borrower can lengthen that. A loan has an
   * end that nobody must ask for; masters of the class have no word for one.
   */
  readonly foreignLeaseMs: DurationMs;
}

interface State extends WorkerAllegianceTools, WorkerAllegianceOptions {
  homeId: NodeId | undefined;
  stay: Stay | undefined;
  plan: Plan | undefined;
  epoch: number;
  refused: number;
}

const HOME_KEY = "";

export function createWorkerAllegiance(
  options: WorkerAllegianceOptions,
  tools: WorkerAllegianceTools,
): WorkerAllegiance {
  const { selfId, home } = options;
  const state: State = {
    ...tools,
    ...options,
    homeId: undefined,
    stay: undefined,
    plan: undefined,
    epoch: 0,
    refused: 0,
  };
  return {
    get isAway() {
      return state.stay !== undefined;
    },
    get isBoundElsewhere() {
      return state.plan !== undefined;
    },
    get at() {
      return state.stay?.at ?? home;
    },
    get key() {
      const { stay } = state;
      return stay === undefined ? HOME_KEY : (stay.borrower ?? formatEndpoint(stay.at));
    },
    get epoch() {
      return state.epoch;
    },
    get owner() {
      return state.stay?.owner;
    },
    get leaseEndsAt() {
      return state.stay?.leaseEndsAt;
    },
    get refused() {
      return state.refused;
    },
    alive() {
      const { stay } = state;
      return { kind: "worker-alive", worker: selfId, ...(stay === undefined ? {} : { owner: stay.owner }) };
    },
    onRedirect: (redirect, where, now) => onRedirect(state, redirect, where, now),
    onReturn(remote, graceMs, now) {
      if (state.stay === undefined) state.outbox.notify({ kind: "return-ignored", remote });
      else begin(state, { redirect: undefined, why: "return" }, graceMs, now);
    },
    isExpected({ from }) {
      const borrower = state.stay?.borrower;
      return borrower === undefined || borrower === from;
    },
    onWelcome(welcome, now) {
      if (state.stay === undefined) onWelcomeHome(state, welcome);
      else renew(state.stay, welcome.leaseMs, now);
    },
    renew(leaseMs, now) {
      if (state.stay !== undefined) renew(state.stay, leaseMs, now);
    },
    goHome(why, graceMs, now) {
      if (state.stay !== undefined) begin(state, { redirect: undefined, why }, graceMs, now);
    },
    stay() {
      if (state.plan?.redirect !== undefined) giveUpMove(state);
    },
    move: (now) => move(state, now),
  };
}

function onRedirect(state: State, redirect: Redirect, where: RedirectScene, now: InstantMs): void {
  const { terms } = redirect;
  const planned = state.plan?.redirect;
  // Orders are repeated until the worker is gone.
  if (planned !== undefined && planned.terms?.epoch === terms?.epoch && sameEndpoint(planned.to, redirect.to)) return;
  const refusal = refusalOf(state, redirect, where);
  if (refusal === undefined) begin(state, { redirect, why: "redirect" }, where.graceMs, now);
  else refuse(state, redirect, where.remote, ...refusal);
}

function refusalOf(
  state: State,
  { to, terms }: Redirect,
  { isSession, isLeaving }: RedirectScene,
): readonly [RedirectErrorCode, string?] | undefined {
  if (state.stay !== undefined) return ["ERR_REDIRECT_NOT_HOME"];
  if (isLeaving) return ["ERR_REDIRECT_LEAVING"];
  if (terms === undefined && isSession) return ["ERR_REDIRECT_NO_LEASE"];
  if (terms !== undefined && terms.epoch <= highestEpoch(state)) return ["ERR_REDIRECT_STALE"];
  const wrong = wrongTarget(to, state.home);
  return wrong === undefined ? undefined : ["ERR_REDIRECT_TARGET", wrong];
}

function refuse(state: State, { to }: Redirect, remote: Endpoint, code: RedirectErrorCode, detail?: string): void {
  state.refused += 1;
  state.outbox.notify({ kind: "redirect-refused", remote, to, code, detail });
}

/** Of those that the worker says, and those of an order that it is about to obey. */
const highestEpoch = ({ epoch, plan }: State): number => Math.max(epoch, plan?.redirect?.terms?.epoch ?? 0);

/** Another order changes where the worker goes, not until when it has to. */
function begin(state: State, plan: Plan, graceMs: DurationMs, now: InstantMs): void {
  const { moving } = state;
  const isHopeless = plan.why === "unreachable" || plan.why === "other-master";
  if (state.plan === undefined) {
    state.plan = plan;
    moving.begin(graceMs, plan.why === "redirect" || plan.why === "return", now);
  } else if (plan.redirect !== undefined) state.plan = plan;
  if (isHopeless) moving.despair();
}

function giveUpMove(state: State): void {
  state.plan = undefined;
  state.moving.end();
}

/**
 * The owner says the number of the worker's last lease. One that is higher than what the worker has seen is of a lease
 * that it has forgotten, or of an order that was taken back; an order to go that is older than that is void.
 */
function onWelcomeHome(state: State, { from, epoch = 0 }: WorkerWelcome): void {
  state.homeId = from;
  if (epoch <= highestEpoch(state)) return;
  state.epoch = epoch;
  const redirect = state.plan?.redirect;
  if (redirect?.terms === undefined) return;
  giveUpMove(state);
  refuse(state, redirect, state.home, "ERR_REDIRECT_STALE");
}

/**
 * Nobody but the owner says how long a lease lasts at most. One in the class's words it never renews, so what a borrower
 * says of that can only make it shorter.
 */
function renew(stay: Stay, leaseMs: DurationMs | undefined, now: InstantMs): void {
  if (leaseMs === undefined) return;
  const endsAt = after(now, durationMs(Math.min(leaseMs, stay.leaseMs)));
  stay.leaseEndsAt = earlierOf(endsAt, stay.endsAtMost) ?? endsAt;
}

function move(state: State, now: InstantMs): void {
  const { plan, outbox, reach, home } = state;
  if (plan === undefined) return;
  const from = state.stay?.at ?? home;
  giveUpMove(state);
  state.stay = plan.redirect && stayOf(state, plan.redirect, now);
  if (plan.redirect === undefined) {
    reach.stop();
  } else {
    state.epoch = Math.max(state.epoch, plan.redirect.terms?.epoch ?? 0);
    reach.setOut(now);
  }
  outbox.notify({ kind: "worker-moved", from, to: state.stay?.at ?? home, why: plan.why });
}

function stayOf({ home, homeId, foreignLeaseMs }: State, { to, terms }: Redirect, now: InstantMs): Stay {
  const leaseMs = terms?.leaseMs ?? foreignLeaseMs;
  const leaseEndsAt = after(now, leaseMs);
  return {
    at: to,
    owner: nodeId(terms?.owner ?? homeId ?? formatEndpoint(home)),
    borrower: terms?.borrower,
    leaseMs,
    leaseEndsAt,
    endsAtMost: terms === undefined ? leaseEndsAt : undefined,
  };
}
