import {
  after,
  type ConnId,
  createDeadlineQueue,
  durationMs,
  type Endpoint,
  earlierOf,
  elapsed,
  formatEndpoint,
  type InstantMs,
  instantMs,
  laterOf,
  type NodeId,
  nodeId,
  type Prng,
} from "@mutirao/primitives";
import type { HeartbeatDialect, HeartbeatReply, HeartbeatRequest } from "@mutirao/protocol";
import { createPeerRegistry, type PeerRegistry, type RegistryChange } from "@mutirao/registry";
import type { CloseReason } from "@mutirao/transport";
import type { Effect } from "../effects.ts";
import type { BeatFailed } from "../notices.ts";
import type { HeartbeatNodeOptions } from "../options/heartbeat-options.ts";
import { backOffMs } from "../policies/back-off.ts";
import { type DialectExperience, nextDialect } from "../policies/next-dialect.ts";
import type { ConnNumbers } from "./conn-numbers.ts";
import type { PeerTalk } from "./peer-talk.ts";
import { ANSWERED, createProbeTarget, NO_EXPERIENCE, type ProbeTarget, UNSETTLED } from "./probe-target.ts";

/**
 * Keeps the pulse of the peers: a beat to each configured address once per interval, each on its own schedule and with
 * its own deadline, so that no peer can delay another; and from the answers, the registry.
 */
export interface Membership {
  readonly registry: PeerRegistry;
  onStarted(now: InstantMs): readonly Effect[];
  onWake(now: InstantMs): readonly Effect[];
  /** This process was stalled until `now`: silence until now is our own. */
  onResumed(now: InstantMs): void;
  onDialSucceeded(conn: ConnId, now: InstantMs): readonly Effect[];
  onReply(conn: ConnId, remote: Endpoint, reply: HeartbeatReply, now: InstantMs): readonly Effect[];
  /** Somebody who says that it is `id` beats us: if that is a peer thought dead, it deserves a look. */
  onHeardOf(id: NodeId, now: InstantMs): void;
  onConnClosed(conn: ConnId, reason: CloseReason, now: InstantMs): readonly Effect[];
  nextDeadline(): InstantMs | undefined;
}

interface State {
  readonly selfId: NodeId;
  readonly options: HeartbeatNodeOptions;
  readonly prng: Prng;
  readonly registry: PeerRegistry;
  readonly targets: ReadonlyMap<string, ProbeTarget>;
  /** What we ask with, made once: hosts recognise a message that they have encoded before. */
  readonly requests: Readonly<Record<HeartbeatDialect, HeartbeatRequest>>;
  readonly targetsByConn: Map<ConnId, ProbeTarget>;
  /** When each target's beat is due, or its answer overdue. */
  readonly schedule: ReturnType<typeof createDeadlineQueue<ProbeTarget>>;
  /** Targets whose beat is due and waits for a dial slot, first come first served. */
  readonly queue: Set<ProbeTarget>;
  slotsTaken: number;
  readonly conns: ConnNumbers;
  /** What a master adds to its beats; a node of sprint 1 adds nothing. */
  readonly talk: PeerTalk | undefined;
}

/** Nearly every answer changes nothing that is worth telling. */
const NONE: readonly Effect[] = [];

/** First beats come this far apart at most, so that many peers are not met in one burst, now and in every interval. */
const SPREAD_MAX_MS = 1;

export function createMembership(
  selfId: NodeId,
  options: HeartbeatNodeOptions,
  prng: Prng,
  conns: ConnNumbers,
  talk?: PeerTalk,
): Membership {
  const targets = options.peers.map((peer) => createProbeTarget(peer, instantMs(0)));
  const state: State = {
    selfId,
    options,
    prng,
    registry: createPeerRegistry(options.peers, options.timeoutMs),
    targets: new Map(targets.map((target) => [target.address, target])),
    requests: requestsOf(selfId),
    targetsByConn: new Map(),
    schedule: createDeadlineQueue(),
    queue: new Set(),
    slotsTaken: 0,
    conns,
    talk,
  };
  return {
    registry: state.registry,
    onStarted: (now) => start(state, now),
    onWake: (now) => [...changesAsEffects(state.registry.wake(now)), ...beatsDue(state, now)],
    onResumed: (now) => resume(state, now),
    onDialSucceeded: (conn, now) => dialSucceeded(state, conn, now),
    onReply: (conn, remote, reply, now) => replied(state, conn, remote, reply, now),
    onHeardOf: (id, now) => heardOf(state, id, now),
    onConnClosed: (conn, reason, now) => connClosed(state, conn, reason, now),
    nextDeadline: () => earlierOf(state.schedule.nextDeadline(), state.registry.nextDeadline()),
  };
}

function requestsOf(selfId: NodeId): State["requests"] {
  return {
    brief: { kind: "heartbeat-request", dialect: "brief" },
    class: { kind: "heartbeat-request", dialect: "class", from: selfId },
    legacy: { kind: "heartbeat-request", dialect: "legacy" },
  };
}

function start(state: State, now: InstantMs): readonly Effect[] {
  const stepMs = Math.min(SPREAD_MAX_MS, state.options.intervalMs / state.targets.size);
  let index = 0;
  for (const target of state.targets.values()) {
    target.dueAt = after(now, durationMs(index++ * stepMs));
    state.schedule.schedule(target, target.dueAt);
  }
  return beatsDue(state, now);
}

function beatsDue(state: State, now: InstantMs): readonly Effect[] {
  const effects: Effect[] = [];
  for (let target = state.schedule.takeDue(now); target !== undefined; target = state.schedule.takeDue(now)) {
    if (target.phase === "asked") effects.push(...overdue(state, target, now));
    else effects.push(...beat(state, target, now));
  }
  return effects;
}

function beat(state: State, target: ProbeTarget, now: InstantMs): readonly Effect[] {
  if (target.conn !== undefined) return [ask(state, target, target.conn, now)];
  // Peers that answer are never held up by peers that do not: only the latter compete for the dial slots.
  if (target.isProven || state.slotsTaken < state.options.dialsMax) return [dial(state, target)];
  target.phase = "queued";
  state.queue.add(target);
  return [];
}

function dial(state: State, target: ProbeTarget): Effect {
  const conn = state.conns.next();
  target.phase = "dialing";
  // The transport bounds the dial; an answer that was waited for on an earlier connection is not any more.
  state.schedule.cancel(target);
  target.conn = conn;
  target.isReused = false;
  target.holdsSlot = !target.isProven;
  if (target.holdsSlot) state.slotsTaken += 1;
  state.targetsByConn.set(conn, target);
  return { type: "dial", conn, to: target.endpoint };
}

/** The dial has ended, one way or the other: whoever waits longest for its slot is next. */
function releaseSlot(state: State, target: ProbeTarget): readonly Effect[] {
  if (!target.holdsSlot) return [];
  target.holdsSlot = false;
  state.slotsTaken -= 1;
  for (const next of state.queue) {
    state.queue.delete(next);
    return [dial(state, next)];
  }
  return [];
}

function ask(state: State, target: ProbeTarget, conn: ConnId, now: InstantMs): Effect {
  target.phase = "asked";
  target.isProlonged = false;
  waitForAnswer(state, target, after(now, state.options.answerMs));
  const dialect = nextDialect(state.options.firstDialect, target.dialects);
  return { type: "send", conn, message: requestTo(state, target, dialect, now) };
}

function requestTo(
  { requests, talk }: State,
  { address }: ProbeTarget,
  dialect: HeartbeatDialect,
  now: InstantMs,
): HeartbeatRequest {
  const peer = dialect === "class" ? talk?.wordsTo(address, now) : undefined;
  return peer === undefined ? requests[dialect] : { ...requests[dialect], peer };
}

function waitForAnswer(state: State, target: ProbeTarget, until: InstantMs): void {
  target.answerBy = until;
  state.schedule.schedule(target, until);
}

function dialSucceeded(state: State, conn: ConnId, now: InstantMs): readonly Effect[] {
  const target = state.targetsByConn.get(conn);
  if (target?.phase !== "dialing") return [];
  return [ask(state, target, conn, now), ...releaseSlot(state, target)];
}

/** Only an answer to a question that is open is evidence; whatever else a peer says of itself is not. */
function replied(
  state: State,
  conn: ConnId,
  remote: Endpoint,
  reply: HeartbeatReply,
  now: InstantMs,
): readonly Effect[] {
  const target = state.targetsByConn.get(conn);
  if (target?.phase !== "asked") return [];
  target.phase = "idle";
  target.isReused = true;
  target.dialects = experienceOfAnswer(state, target);
  target.failuresInTimeout = 0;
  if (reply.from === state.selfId) return foundSelf(state, target, now);
  target.isSelf = false;
  target.isProven = true;
  scheduleBeat(state, target, nextRegularBeat(state, target, now));
  state.talk?.onReply(target.address, remote, reply, now);
  return changesAsEffects(state.registry.answered(target.address, reply.from ?? nodeId(target.address), now));
}

function experienceOfAnswer({ options }: State, { dialects }: ProbeTarget): DialectExperience {
  const answered = nextDialect(options.firstDialect, dialects);
  return answered === "legacy" && dialects.answered !== "legacy" ? UNSETTLED : ANSWERED[answered];
}

/** We asked ourselves, or somebody with our id. It is no peer, but another may take its place: look now and then. */
function foundSelf(state: State, target: ProbeTarget, now: InstantMs): readonly Effect[] {
  const isNews = !target.isSelf;
  target.isSelf = true;
  target.isProven = true;
  scheduleBeat(state, target, after(now, state.options.backOffMaxMs));
  const changes = changesAsEffects(state.registry.vacated(target.address, now));
  return isNews ? [...changes, { type: "notify", notice: { kind: "self-found", at: target.endpoint } }] : changes;
}

function overdue(state: State, target: ProbeTarget, now: InstantMs): readonly Effect[] {
  const lateByMs = elapsed(target.answerBy, now);
  if (lateByMs > 0 && !target.isProlonged) {
    // We come late ourselves, and the answer may be waiting, unread: it gets the time back that we lost.
    target.isProlonged = true;
    waitForAnswer(state, target, after(now, durationMs(Math.min(lateByMs, state.options.answerMs))));
    return NONE;
  }
  const close: readonly Effect[] = target.conn === undefined ? [] : [{ type: "close", conn: target.conn }];
  if (target.conn !== undefined) state.targetsByConn.delete(target.conn);
  noteUnanswered(target, false);
  return [...close, ...failed(state, target, { code: "ERR_ANSWER_TIMEOUT" }, now)];
}

function connClosed(state: State, conn: ConnId, reason: CloseReason, now: InstantMs): readonly Effect[] {
  const target = state.targetsByConn.get(conn);
  if (target === undefined) return [];
  state.targetsByConn.delete(conn);
  target.conn = undefined;
  const released = releaseSlot(state, target);
  if (target.phase === "idle") return released;
  if (target.phase === "dialing") {
    // Whoever listens there next may be another program, and would lose its id to the older spelling.
    const isGone = reason.code === "ERR_DIAL_REFUSED" && target.dialects.answered === "legacy";
    if (isGone) target.dialects = NO_EXPERIENCE;
    return [...released, ...failed(state, target, reason, now)];
  }
  // The peer closed the connection that it had left open, just as we used it again: that is no answer of any kind.
  if (target.isReused) return [...released, dial(state, target)];
  if (!target.dialects.isSettled && reason.code === "CONN_ENDED") {
    // It does not understand the trial either, so it is of the older spelling, and gets this beat in it.
    target.dialects = ANSWERED.legacy;
    return [...released, dial(state, target)];
  }
  noteUnanswered(target, reason.code === "CONN_ENDED");
  return [...released, ...failed(state, target, reason, now)];
}

function noteUnanswered(target: ProbeTarget, hasHungUp: boolean): void {
  const { unanswered, hungUp } = target.dialects;
  target.dialects = { ...target.dialects, unanswered: unanswered + 1, hungUp: hungUp + (hasHungUp ? 1 : 0) };
}

function failed(state: State, target: ProbeTarget, reason: BeatFailed["reason"], now: InstantMs): readonly Effect[] {
  target.phase = "idle";
  target.conn = undefined;
  target.isProven = false;
  scheduleBeat(state, target, nextBeatAfterFailure(state, target, now));
  return [{ type: "notify", notice: { kind: "beat-failed", peer: target.endpoint, reason } }];
}

function nextBeatAfterFailure(state: State, target: ProbeTarget, now: InstantMs): InstantMs {
  if (state.registry.statusAt(target.address) !== "TIMEOUT") {
    target.failuresInTimeout = 0;
    // If the next beat is due already it goes out at once, as it may be the last before the verdict.
    return laterOf(now, after(target.dueAt, state.options.intervalMs));
  }
  const waitMs = backOffMs(target.failuresInTimeout, state.options, state.prng);
  target.failuresInTimeout += 1;
  return laterOf(now, after(target.dueAt, waitMs));
}

/**
 * The first moment after `now` that is a whole number of intervals after the beat that was due last. Keeping the phase
 * keeps the peers spread out, even after a stall in which all their beats were missed.
 */
function nextRegularBeat(state: State, target: ProbeTarget, now: InstantMs): InstantMs {
  const { intervalMs } = state.options;
  const beats = Math.floor(elapsed(target.dueAt, now) / intervalMs) + 1;
  return after(target.dueAt, durationMs(Math.max(1, beats) * intervalMs));
}

function scheduleBeat(state: State, target: ProbeTarget, at: InstantMs): void {
  target.dueAt = at;
  state.schedule.schedule(target, at);
}

function heardOf(state: State, id: NodeId, now: InstantMs): void {
  const endpoint = state.registry.addressOf(id);
  const target = endpoint === undefined ? undefined : state.targets.get(formatEndpoint(endpoint));
  if (target?.phase !== "idle" || target.failuresInTimeout === 0) return;
  // It may be forged, so it buys no more than what a live peer gets: a beat per interval.
  target.failuresInTimeout = 0;
  scheduleBeat(state, target, earlierOf(target.dueAt, after(now, state.options.intervalMs)) ?? now);
}

function resume(state: State, now: InstantMs): void {
  state.registry.resumed(now);
  for (const target of state.targets.values()) {
    // Answers may be waiting, unread, in the very sockets whose time is up.
    if (target.phase === "asked") waitForAnswer(state, target, after(now, state.options.answerMs));
  }
}

function changesAsEffects(changes: readonly RegistryChange[]): readonly Effect[] {
  if (changes.length === 0) return NONE;
  const effects: Effect[] = [];
  for (const change of changes) {
    if (change.kind === "transition") {
      effects.push({ type: "notify", notice: { kind: "peer-transitioned", transition: change.transition } });
    } else if (change.kind === "moved") {
      effects.push({ type: "notify", notice: { ...change, kind: "peer-moved" } });
    } else {
      effects.push({ type: "notify", notice: change });
    }
  }
  return effects;
}
