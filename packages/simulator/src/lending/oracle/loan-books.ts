import type { LoanState, Notice } from "@mutirao/node-core";
import type { ConnId, NodeId } from "@mutirao/primitives";
import type { FarmChecker, MasterLife, MasterObservation, WorkerLife } from "../../farm/world.ts";
import type { WorldMs } from "../../scheduler.ts";

/** A loan as its master has told of it. */
export interface OpenLoan {
  readonly id: string;
  readonly direction: "in" | "out";
  readonly worker: NodeId;
  /** `undefined`: the owner is of another team. */
  readonly epoch: number | undefined;
  /** The other master, by its configured address. */
  readonly peer: string;
  readonly openedAt: WorldMs;
  state: LoanState;
  /** Since when it stands so. */
  since: WorldMs;
  reason: string;
}

/** What one process of a master has told of its loans, and what went over its connections. */
export interface LoanBook {
  readonly open: ReadonlyMap<string, OpenLoan>;
  /** Requests for workers that were said and neither answered for good nor given up, by their connections. */
  readonly asks: ReadonlyMap<ConnId, AskBook>;
  /** Who says ALIVE on a connection, and whose it says that it is. */
  readonly speakers: ReadonlyMap<ConnId, Speaker>;
  /** Loans that began with the step at hand. */
  readonly begun: readonly OpenLoan[];
  /** Loans that ended with the step at hand. */
  readonly ended: readonly OpenLoan[];
}

export interface AskBook {
  isAnswered: boolean;
}

export interface Speaker {
  readonly worker: NodeId;
  readonly owner: NodeId | undefined;
}

/** The books of all masters. They read events, effects and notices, and know none of the core's machines. */
export interface LoanBooks extends FarmChecker {
  of(life: MasterLife): LoanBook;
  readonly travelled: ReadonlySet<WorkerLife>;
}

interface State {
  readonly open: Map<string, OpenLoan>;
  readonly asks: Map<ConnId, AskBook>;
  readonly speakers: Map<ConnId, Speaker>;
  begun: OpenLoan[];
  ended: OpenLoan[];
}

export function createLoanBooks(): LoanBooks {
  const books = new WeakMap<MasterLife, State>();
  const of = (life: MasterLife): State => {
    const known = books.get(life) ?? {
      open: new Map(),
      asks: new Map(),
      speakers: new Map(),
      begun: [],
      ended: [],
    };
    books.set(life, known);
    return known;
  };
  const travelled = new Set<WorkerLife>();
  return {
    of,
    travelled,
    master: (observation) => note(of(observation.life), observation),
    worker({ life, effects }) {
      if (effects.some((effect) => effect.type === "notify" && effect.notice.kind === "worker-moved"))
        travelled.add(life);
    },
  };
}

function note(state: State, { event, effects, at }: MasterObservation): void {
  const { asks, speakers } = state;
  state.begun = [];
  state.ended = [];
  if (event.type === "message-received") {
    const { conn, message } = event;
    const ask = asks.get(conn);
    if (ask !== undefined && (message.kind === "offer" || message.kind === "worker-refusal")) {
      ask.isAnswered = true;
      if (message.terms?.isStanding !== true) asks.delete(conn);
    }
    if (message.kind === "worker-alive") speakers.set(conn, { worker: message.worker, owner: message.owner });
  }
  if (event.type === "conn-closed") {
    asks.delete(event.conn);
    speakers.delete(event.conn);
  }
  for (const effect of effects) {
    if (effect.type === "notify") told(state, effect.notice, at);
    if (effect.type === "close") asks.delete(effect.conn);
    if (effect.type === "send" && effect.message.kind === "worker-request")
      asks.set(effect.conn, { isAnswered: false });
  }
}

/** Two processes under one id may come under one lease. Then they are told apart by how their loans stand. */
function keyOf({ open }: State, name: string, from: LoanState | undefined): string {
  const keys = [name, `${name}#2`, `${name}#3`];
  const fits = (key: string): boolean => (from === undefined ? !open.has(key) : open.get(key)?.state === from);
  return keys.find(fits) ?? name;
}

function told(state: State, notice: Notice, at: WorldMs): void {
  if (notice.kind !== "loan-changed") return;
  const { loan: id, direction, worker, peer, to, from, reason } = notice;
  const key = keyOf(state, `${direction} ${id}`, from);
  const known = state.open.get(key);
  if (from === undefined || known === undefined) {
    const epoch = /@(\d+)$/.exec(id)?.[1];
    const fresh: OpenLoan = {
      id,
      direction,
      worker,
      epoch: epoch === undefined ? undefined : Number(epoch),
      peer,
      openedAt: at,
      state: to,
      since: at,
      reason,
    };
    state.open.set(key, fresh);
    state.begun.push(fresh);
    return;
  }
  if (known.state !== to || known.reason !== reason) known.since = at;
  known.state = to;
  known.reason = reason;
  if (to !== "home" && to !== "left") return;
  state.open.delete(key);
  state.ended.push(known);
}
