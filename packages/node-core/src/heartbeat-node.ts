import {
  after,
  type ConnId,
  durationMs,
  earlierOf,
  elapsed,
  type InstantMs,
  isDialled,
  type NodeId,
  type Prng,
  unreachable,
} from "@mutirao/primitives";
import type { RegistryEntry } from "@mutirao/registry";
import type { Core } from "./core.ts";
import type { Effect } from "./effects.ts";
import type { ConnOpened, Event, MessageReceived } from "./events.ts";
import { type Answering, createAnswering } from "./machines/answering.ts";
import { type Conduct, createConduct } from "./machines/conduct.ts";
import { createMembership, type Membership } from "./machines/membership.ts";
import type { HeartbeatNodeOptions } from "./options/heartbeat-options.ts";
import { stallLimitMs } from "./policies/stall.ts";

/** A node that keeps its peers' pulse and answers theirs. */
export interface HeartbeatNode extends Core {
  /** Every peer, as it stands. */
  registry(): readonly RegistryEntry[];
}

interface State {
  readonly options: HeartbeatNodeOptions;
  readonly membership: Membership;
  readonly answering: Answering;
  readonly conduct: Conduct;
  /** Connections on which something sensible was said. */
  readonly identified: Set<ConnId>;
  reportAt: InstantMs | undefined;
  /** A stall was noticed, and the wake-up that it delayed is still to come. */
  isResuming: boolean;
}

/**
 * @param selfId who we are, for the peers.
 * @param prng for jitter; the same seed and the same events give the same effects.
 */
export function createHeartbeatNode(selfId: NodeId, options: HeartbeatNodeOptions, prng: Prng): HeartbeatNode {
  const membership = createMembership(selfId, options, prng.fork("membership"));
  const isPeer = (id: NodeId): boolean => membership.registry.addressOf(id) !== undefined;
  const state: State = {
    options,
    membership,
    answering: createAnswering(selfId, options.strangersMax, isPeer),
    conduct: createConduct(options),
    identified: new Set(),
    reportAt: undefined,
    isResuming: false,
  };
  const limitMs = stallLimitMs(options.intervalMs, options.timeoutMs);
  let deadline: InstantMs | undefined;

  const handle = (event: Event, now: InstantMs): readonly Effect[] => {
    const lateByMs = deadline === undefined ? NO_TIME : elapsed(deadline, now);
    const isLate = lateByMs > limitMs;
    const isNews = isLate && !state.isResuming;
    // A late wake-up ends the stall. Until it comes, events find the deadline overdue again and again.
    if (isNews || (isLate && event.type === "wake")) membership.onResumed(now);
    state.isResuming = isLate && event.type !== "wake";
    if (!isNews) return route(state, event, now);
    return [{ type: "notify", notice: { kind: "stalled", lateByMs } }, ...route(state, event, now)];
  };

  return {
    handle(event, now) {
      const effects = handle(event, now);
      deadline = earlierOf(state.reportAt, membership.nextDeadline());
      return effects;
    },
    nextDeadline: () => deadline,
    registry: () => membership.registry.entries(),
  };
}

const NO_TIME = durationMs(0);

function route(state: State, event: Event, now: InstantMs): readonly Effect[] {
  switch (event.type) {
    case "started":
      state.reportAt = after(now, state.options.intervalMs);
      return state.membership.onStarted(now);
    case "wake":
      return [...state.membership.onWake(now), ...report(state, now)];
    case "conn-opened":
      return onConnOpened(state, event, now);
    case "message-received":
      return onMessage(state, event, now);
    case "line-refused":
      return state.conduct.onLineRefused(event.conn, event.remote, event.violation, now);
    case "conn-closed":
      state.conduct.onClosed(event.conn);
      state.identified.delete(event.conn);
      return state.membership.onConnClosed(event.conn, event.reason, now);
    default:
      return unreachable(event);
  }
}

function onConnOpened(state: State, { conn, remote }: ConnOpened, now: InstantMs): readonly Effect[] {
  return isDialled(conn) ? state.membership.onDialSucceeded(conn, now) : state.conduct.onAccepted(conn, remote, now);
}

function onMessage(state: State, { conn, remote, message }: MessageReceived, now: InstantMs): readonly Effect[] {
  switch (message.kind) {
    case "heartbeat-request":
      if (message.from !== undefined) state.membership.onHeardOf(message.from, now);
      return identified(state, conn, state.answering.onRequest(conn, remote, message));
    case "worker-heartbeat":
      return identified(state, conn, state.answering.onRequest(conn, remote, message));
    case "heartbeat-reply":
      return identified(state, conn, state.membership.onReply(conn, message, now));
    case "unknown":
      return [{ type: "notify", notice: { kind: "message-unknown", remote, word: message.word } }];
    default:
      return unreachable(message);
  }
}

/** A sender that has said something sensible is given more room than one that has not. */
function identified(state: State, conn: ConnId, effects: readonly Effect[]): readonly Effect[] {
  if (state.identified.has(conn)) return effects;
  state.identified.add(conn);
  return [{ type: "identify", conn }, ...effects];
}

/** Once per interval, once somebody was seen, it is time to show the registry. */
function report(state: State, now: InstantMs): readonly Effect[] {
  if (state.reportAt === undefined || now < state.reportAt) return [];
  while (state.reportAt <= now) state.reportAt = after(state.reportAt, state.options.intervalMs);
  return state.membership.registry.hasSeenAnybody ? [{ type: "notify", notice: { kind: "registry-due" } }] : [];
}
