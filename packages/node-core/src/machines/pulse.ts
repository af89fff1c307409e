import {
  after,
  type ConnId,
  earlierOf,
  type InstantMs,
  isDialled,
  type NodeId,
  type Prng,
  unreachable,
} from "@mutirao/primitives";
import type { Message } from "@mutirao/protocol";
import type { PeerRegistry } from "@mutirao/registry";
import type { Effect } from "../effects.ts";
import type { ConnOpened, Event, MessageReceived } from "../events.ts";
import type { HeartbeatNodeOptions } from "../options/heartbeat-options.ts";
import { type Answering, createAnswering } from "./answering.ts";
import { type Conduct, createConduct } from "./conduct.ts";
import type { ConnNumbers } from "./conn-numbers.ts";
import { createMembership, type Membership } from "./membership.ts";
import type { PeerTalk } from "./peer-talk.ts";

/** What every node does: keeps its peers' pulse, answers theirs, and watches the manners of those who talk to it. */
export interface Pulse {
  readonly registry: PeerRegistry;
  /** Handles an event, but for a message that is none of its own: that is only noted as unknown. */
  handle(event: Event, now: InstantMs): readonly Effect[];
  /** Whether a message is its own. */
  isOwn(message: Message): boolean;
  /** A sender that has said something sensible is given more room than one that has not. Gives nothing the second time. */
  identify(conn: ConnId): readonly Effect[];
  /** This process was stalled until `now`: silence until now is our own. */
  onResumed(now: InstantMs): void;
  nextDeadline(): InstantMs | undefined;
}

interface State {
  readonly options: HeartbeatNodeOptions;
  readonly membership: Membership;
  readonly answering: Answering;
  readonly conduct: Conduct;
  /** Connections on which something sensible was said. */
  readonly identified: Set<ConnId>;
  reportAt: InstantMs | undefined;
}

const NONE: readonly Effect[] = [];

/**
 * @param selfId who we are, for the peers.
 * @param prng for jitter; the same seed and the same events give the same effects.
 * @param talk what is said and heard with the beats beyond "I live".
 */
export function createPulse(
  selfId: NodeId,
  options: HeartbeatNodeOptions,
  prng: Prng,
  conns: ConnNumbers,
  talk?: PeerTalk,
): Pulse {
  const membership = createMembership(selfId, options, prng.fork("membership"), conns, talk);
  const isPeer = (id: NodeId): boolean => membership.registry.addressOf(id) !== undefined;
  const state: State = {
    options,
    membership,
    answering: createAnswering(selfId, options.strangersMax, isPeer, talk),
    conduct: createConduct(options),
    identified: new Set(),
    reportAt: undefined,
  };
  return {
    registry: membership.registry,
    handle: (event, now) => route(state, event, now),
    isOwn: ({ kind }) =>
      kind === "heartbeat-request" || kind === "heartbeat-reply" || kind === "worker-heartbeat" || kind === "unknown",
    identify: (conn) => identify(state, conn),
    onResumed: (now) => membership.onResumed(now),
    nextDeadline: () => earlierOf(state.reportAt, membership.nextDeadline()),
  };
}

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
    case "input-ended":
      // Every beat is answered at once.
      return NONE;
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
      return [...identify(state, conn), ...state.answering.onRequest(conn, remote, message, now)];
    case "worker-heartbeat":
      return [...identify(state, conn), ...state.answering.onRequest(conn, remote, message, now)];
    case "heartbeat-reply":
      return [...identify(state, conn), ...state.membership.onReply(conn, remote, message, now)];
    case "unknown":
      return [{ type: "notify", notice: { kind: "message-unknown", remote, word: message.word } }];
    default:
      // A word for another kind of node.
      return [{ type: "notify", notice: { kind: "message-unknown", remote, word: message.kind } }];
  }
}

function identify(state: State, conn: ConnId): readonly Effect[] {
  if (state.identified.has(conn)) return NONE;
  state.identified.add(conn);
  return [{ type: "identify", conn }];
}

/** Once per interval, once somebody was seen, it is time to show the registry. */
function report(state: State, now: InstantMs): readonly Effect[] {
  if (state.reportAt === undefined || now < state.reportAt) return NONE;
  while (state.reportAt <= now) state.reportAt = after(state.reportAt, state.options.intervalMs);
  return state.membership.registry.hasSeenAnybody ? [{ type: "notify", notice: { kind: "registry-due" } }] : NONE;
}
