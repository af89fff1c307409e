import type { Effect, Event } from "@mutirao/node-core";
import {
  type ConnId,
  type Endpoint,
  formatEndpoint,
  type InstantMs,
  instantMs,
  type NodeId,
  nodeId,
} from "@mutirao/primitives";
import type { HeartbeatDialect } from "@mutirao/protocol";
import type { Step } from "../../hosts/sim-host.ts";

/**
 * What one node has asked and been answered, read off the events and effects alone. The checkers compare the node's own
 * books with it, so it must share no code with them.
 */
export interface Ledger {
  readonly conns: ReadonlyMap<ConnId, ConnRecord>;
  readonly targets: ReadonlyMap<string, TargetRecord>;
  /** Whether an endpoint is configured. */
  isConfigured(endpoint: Endpoint): boolean;
  /** When the answer came that says that `id` lives at this configured endpoint; the last one. */
  evidence(id: NodeId, endpoint: Endpoint): InstantMs | undefined;
  /** When anybody but this id answered at the endpoint last. */
  lastEvidence(endpoint: Endpoint, except: NodeId): InstantMs | undefined;
  /** Takes in one call of the core, and says what it meant. */
  note(step: Step): readonly Happening[];
}

export interface ConnRecord {
  readonly conn: ConnId;
  readonly target: TargetRecord | undefined;
  isOpen: boolean;
  /** The core has asked to end it. */
  isClosing: boolean;
  /** The question that is open on it. */
  asked: { readonly at: InstantMs; readonly dialect: HeartbeatDialect } | undefined;
  answers: number;
}

/** A configured endpoint, and how the beats to it went. */
export interface TargetRecord {
  readonly key: string;
  readonly endpoint: Endpoint;
  /** The beat under way, or the last one. */
  attempt: Attempt | undefined;
  previous: Attempt | undefined;
  /** The spelling that was answered last. */
  dialect: HeartbeatDialect | undefined;
  /** Who answered last. */
  lastId: NodeId | undefined;
  lastAnswerAt: InstantMs | undefined;
  /** When a message came that bore the id of whoever answered here last, which may hasten the next beat. */
  heardOfAt: InstantMs | undefined;
}

export interface Attempt {
  readonly startedAt: InstantMs;
  endedAt: InstantMs | undefined;
  outcome: "answered" | "failed" | undefined;
}

export type Happening =
  | {
      readonly kind: "attempt-began";
      readonly target: TargetRecord;
      readonly attempt: Attempt;
      readonly after: Attempt | undefined;
    }
  | {
      readonly kind: "asked";
      readonly target: TargetRecord;
      readonly dialect: HeartbeatDialect;
      readonly isReused: boolean;
    }
  | {
      readonly kind: "answered";
      readonly target: TargetRecord;
      readonly conn: ConnId;
      readonly id: NodeId;
      readonly dialect: HeartbeatDialect;
      readonly isReused: boolean;
    }
  | { readonly kind: "failed"; readonly target: TargetRecord }
  /** The peer had closed the connection that it had left open, and the beat under way goes on on another. */
  | { readonly kind: "redialled"; readonly target: TargetRecord };

const NOTHING: readonly Happening[] = [];

interface State {
  readonly conns: Map<ConnId, ConnRecord>;
  readonly targets: Map<string, TargetRecord>;
  /** By the endpoint's text, then by id. */
  readonly evidence: Map<string, Map<NodeId, InstantMs>>;
  readonly happenings: Happening[];
}

export function createLedger(endpoints: readonly Endpoint[]): Ledger {
  const state: State = { conns: new Map(), targets: new Map(), evidence: new Map(), happenings: [] };
  for (const endpoint of endpoints) {
    const key = formatEndpoint(endpoint);
    const blank = { attempt: undefined, previous: undefined, dialect: undefined, lastId: undefined };
    state.targets.set(key, { key, endpoint, ...blank, lastAnswerAt: undefined, heardOfAt: undefined });
  }
  return {
    conns: state.conns,
    targets: state.targets,
    isConfigured: (endpoint) => state.targets.has(keyOf(endpoint)),
    evidence: (id, endpoint) => state.evidence.get(keyOf(endpoint))?.get(id),
    lastEvidence(endpoint, except) {
      const byOthers = [...(state.evidence.get(keyOf(endpoint)) ?? [])].filter(([id]) => id !== except);
      return byOthers.length === 0 ? undefined : instantMs(Math.max(...byOthers.map(([, at]) => at)));
    },
    note({ event, effects, now }) {
      state.happenings.length = 0;
      const ended = noteEvent(state, event, now);
      for (const effect of effects) noteEffect(state, effect, now, ended);
      if (ended?.target !== undefined && isUnderWay(ended.target.attempt) && isCurrent(state, ended)) {
        finish(state, ended.target, "failed", now);
      }
      return state.happenings.length === 0 ? NOTHING : [...state.happenings];
    },
  };
}

const keys = new WeakMap<Endpoint, string>();

/** The checkers ask about the same few endpoints millions of times. */
function keyOf(endpoint: Endpoint): string {
  const known = keys.get(endpoint);
  if (known !== undefined) return known;
  const key = formatEndpoint(endpoint);
  keys.set(endpoint, key);
  return key;
}

const isUnderWay = (attempt: Attempt | undefined): boolean => attempt !== undefined && attempt.outcome === undefined;

/** Whether no other connection serves the target of one that has ended. */
function isCurrent(state: State, ended: ConnRecord): boolean {
  for (const other of state.conns.values()) if (other.target === ended.target && !other.isClosing) return false;
  return true;
}

/** Gives the connection that this event has ended, if it was under way or in use. */
function noteEvent(state: State, event: Event, now: InstantMs): ConnRecord | undefined {
  switch (event.type) {
    case "conn-opened": {
      const known = state.conns.get(event.conn);
      if (known !== undefined) known.isOpen = true;
      else state.conns.set(event.conn, createConnRecord(event.conn, undefined));
      return undefined;
    }
    case "message-received": {
      const record = state.conns.get(event.conn);
      if (event.message.kind === "heartbeat-request") noteSender(state, event.message.from, now);
      if (record !== undefined && event.message.kind === "heartbeat-reply")
        noteReply(state, record, event.message.from, now);
      return undefined;
    }
    case "conn-closed": {
      const record = state.conns.get(event.conn);
      state.conns.delete(event.conn);
      const wasInUse = record !== undefined && !record.isClosing && (!record.isOpen || record.asked !== undefined);
      return wasInUse ? record : undefined;
    }
    default:
      return undefined;
  }
}

const createConnRecord = (conn: ConnId, target: TargetRecord | undefined): ConnRecord => ({
  conn,
  target,
  isOpen: target === undefined,
  isClosing: false,
  asked: undefined,
  answers: 0,
});

function noteSender(state: State, from: NodeId | undefined, now: InstantMs): void {
  if (from === undefined) return;
  for (const target of state.targets.values()) if (target.lastId === from) target.heardOfAt = now;
}

/** Only an answer to a question of ours, put on a connection that we dialled, is evidence. */
function noteReply(state: State, record: ConnRecord, from: NodeId | undefined, now: InstantMs): void {
  const { target, asked, isClosing } = record;
  if (target === undefined || asked === undefined || isClosing) return;
  const id = from ?? nodeId(target.key);
  const isReused = record.answers > 0;
  record.asked = undefined;
  record.answers++;
  const byId = state.evidence.get(target.key) ?? new Map<NodeId, InstantMs>();
  state.evidence.set(target.key, byId.set(id, now));
  target.lastId = id;
  target.lastAnswerAt = now;
  target.dialect = asked.dialect;
  finish(state, target, "answered", now);
  state.happenings.push({ kind: "answered", target, conn: record.conn, id, dialect: asked.dialect, isReused });
}

function noteEffect(state: State, effect: Effect, now: InstantMs, ended: ConnRecord | undefined): void {
  if (effect.type === "dial") noteDial(state, effect.conn, effect.to, now, ended);
  if (effect.type === "send" && effect.message.kind === "heartbeat-request") {
    const record = state.conns.get(effect.conn);
    if (record?.target !== undefined) noteQuestion(state, record, record.target, effect.message.dialect, now);
  }
  if (effect.type === "close") {
    const record = state.conns.get(effect.conn);
    if (record === undefined) return;
    record.isClosing = true;
    if (record.target !== undefined && isUnderWay(record.target.attempt)) finish(state, record.target, "failed", now);
  }
}

function noteDial(state: State, conn: ConnId, to: Endpoint, now: InstantMs, ended: ConnRecord | undefined): void {
  const target = state.targets.get(formatEndpoint(to));
  state.conns.set(conn, { ...createConnRecord(conn, target), isOpen: false });
  if (target === undefined) return;
  const goesOn = ended?.target === target && isUnderWay(target.attempt);
  if (goesOn) state.happenings.push({ kind: "redialled", target });
  else begin(state, target, now);
}

function noteQuestion(
  state: State,
  record: ConnRecord,
  target: TargetRecord,
  dialect: HeartbeatDialect,
  now: InstantMs,
): void {
  if (!isUnderWay(target.attempt)) begin(state, target, now);
  record.asked = { at: now, dialect };
  state.happenings.push({ kind: "asked", target, dialect, isReused: record.answers > 0 });
}

function begin(state: State, target: TargetRecord, now: InstantMs): void {
  const attempt: Attempt = { startedAt: now, endedAt: undefined, outcome: undefined };
  state.happenings.push({ kind: "attempt-began", target, attempt, after: target.attempt });
  target.previous = target.attempt;
  target.attempt = attempt;
}

function finish(state: State, target: TargetRecord, outcome: "answered" | "failed", now: InstantMs): void {
  const { attempt } = target;
  if (attempt !== undefined) {
    attempt.endedAt = now;
    attempt.outcome = outcome;
  }
  if (outcome === "failed") state.happenings.push({ kind: "failed", target });
}
