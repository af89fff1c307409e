import type { LoanState, Notice } from "@mutirao/node-core";
import type { ConnId, Endpoint, NodeId } from "@mutirao/primitives";
import { encodeMessage } from "@mutirao/protocol";
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
  /** The highest number that this process has written down for a worker, durable or not. */
  readonly numbers: ReadonlyMap<NodeId, number>;
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
  /** The last lines that masters said to masters, by their slots. */
  readonly heard: readonly HeardLine[];
  /** The last thing that a worker said to its home when it presented itself there. */
  readonly greetings: ReadonlyMap<WorkerLife, string>;
  /** Told of each loan that begins or changes, for faults that wait for their moment. */
  readonly onChange: Set<(life: MasterLife, loan: OpenLoan) => void>;
}

export interface HeardLine {
  readonly from: number;
  readonly to: number;
  readonly line: string;
}

const HEARD_MAX = 50;

interface State {
  readonly open: Map<string, OpenLoan>;
  readonly asks: Map<ConnId, AskBook>;
  readonly speakers: Map<ConnId, Speaker>;
  readonly numbers: Map<NodeId, number>;
  begun: OpenLoan[];
  ended: OpenLoan[];
}

/** @param slotAt whose address this is. */
export function createLoanBooks(slotAt: (at: Endpoint) => number | undefined): LoanBooks {
  const dialled = new WeakMap<MasterLife, Map<ConnId, Endpoint>>();
  const heard: HeardLine[] = [];
  const overhear = ({ life, effects }: MasterObservation): void => {
    const conns = dialled.get(life) ?? new Map<ConnId, Endpoint>();
    dialled.set(life, conns);
    for (const effect of effects) {
      if (effect.type === "dial") conns.set(effect.conn, effect.to);
      if (effect.type !== "send" || !conns.has(effect.conn)) continue;
      const to = slotAt(conns.get(effect.conn) ?? life.slot.plan.listensAt);
      if (to === undefined) continue;
      heard.push({ from: life.slot.index, to, line: encodeMessage(effect.message) });
      if (heard.length > HEARD_MAX) heard.shift();
    }
  };
  const books = new WeakMap<MasterLife, State>();
  const of = (life: MasterLife): State => {
    const known = books.get(life) ?? {
      open: new Map(),
      asks: new Map(),
      speakers: new Map(),
      numbers: new Map(),
      begun: [],
      ended: [],
    };
    books.set(life, known);
    return known;
  };
  const travelled = new Set<WorkerLife>();
  const greetings = new Map<WorkerLife, string>();
  const onChange: LoanBooks["onChange"] = new Set();
  return {
    of,
    travelled,
    heard,
    greetings,
    onChange,
    master(observation) {
      const { life } = observation;
      for (const loan of note(of(life), observation)) for (const tell of onChange) tell(life, loan);
      overhear(observation);
    },
    worker({ life, effects }) {
      for (const effect of effects) {
        if (effect.type !== "send" || effect.message.kind !== "worker-alive") continue;
        if (effect.message.owner === undefined) greetings.set(life, encodeMessage(effect.message));
      }
      if (effects.some((effect) => effect.type === "notify" && effect.notice.kind === "worker-moved"))
        travelled.add(life);
    },
  };
}

/** Gives the loans that have changed. */
function note(state: State, { event, effects, at }: MasterObservation): readonly OpenLoan[] {
  const { asks, speakers, numbers } = state;
  const changed: OpenLoan[] = [];
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
    if (effect.type === "notify") {
      const loan = told(state, effect.notice, at);
      if (loan !== undefined) changed.push(loan);
    }
    if (effect.type === "store") {
      for (const change of effect.changes) {
        if (change.kind !== "leased") continue;
        const { worker, epoch } = change.lease;
        numbers.set(worker, Math.max(epoch, numbers.get(worker) ?? 0));
      }
    }
    if (effect.type === "close") asks.delete(effect.conn);
    if (effect.type === "send" && effect.message.kind === "worker-request")
      asks.set(effect.conn, { isAnswered: false });
  }
  return changed;
}

/** Two processes under one id may come under one lease. Then they are told apart by how their loans stand. */
function keyOf({ open }: State, name: string, from: LoanState | undefined): string {
  const keys = [name, `${name}#2`, `${name}#3`];
  const fits = (key: string): boolean => (from === undefined ? !open.has(key) : open.get(key)?.state === from);
  return keys.find(fits) ?? name;
}

function told(state: State, notice: Notice, at: WorldMs): OpenLoan | undefined {
  if (notice.kind !== "loan-changed") return undefined;
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
    return fresh;
  }
  if (known.state !== to || known.reason !== reason) known.since = at;
  known.state = to;
  known.reason = reason;
  if (to === "home" || to === "left") {
    state.open.delete(key);
    state.ended.push(known);
  }
  return known;
}
