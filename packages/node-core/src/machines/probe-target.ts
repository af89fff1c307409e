import { type ConnId, type Endpoint, formatEndpoint, type InstantMs } from "@mutirao/primitives";
import type { HeartbeatDialect } from "@mutirao/protocol";
import type { DialectExperience } from "../policies/next-dialect.ts";

/**
 * A configured address, and how far the beat to it has come.
 *
 *            due, connection open
 *   idle --------------------------------> asked --answer, or overdue, or closed--> idle
 *    |  due, no connection                   ^
 *    +---> (queued: no dial slot) --> dialing --opened
 *                                        +---- dial failed --> idle
 */
export interface ProbeTarget {
  readonly endpoint: Endpoint;
  /** The endpoint as text, by which the registry knows it. */
  readonly address: string;
  phase: "idle" | "queued" | "dialing" | "asked";
  /** The connection that is being dialled, or that the peer has left open. */
  conn: ConnId | undefined;
  /** Whether this very connection has carried an answer. If it ends under the next beat, the peer just tidied up. */
  isReused: boolean;
  /** When the answer is overdue, while it is waited for. */
  answerBy: InstantMs;
  /** The time for this answer was prolonged already. */
  isProlonged: boolean;
  /** When the beat under way was due, or when the next one is. */
  dueAt: InstantMs;
  /** Whether the last beat was answered. Such a peer never waits for a dial slot. */
  isProven: boolean;
  holdsSlot: boolean;
  /** How it takes our spellings. */
  dialects: DialectExperience;
  /** Beats in a row that failed while it was TIMEOUT. */
  failuresInTimeout: number;
  /** It answered with our own id. */
  isSelf: boolean;
}

/** Of a program that we know nothing of. */
export const NO_EXPERIENCE: DialectExperience = { answered: undefined, unanswered: 0, hungUp: 0, isSettled: true };

/** Of a program that has just answered, by the spelling that it answered. */
export const ANSWERED: Readonly<Record<HeartbeatDialect, DialectExperience>> = {
  brief: { answered: "brief", unanswered: 0, hungUp: 0, isSettled: true },
  class: { answered: "class", unanswered: 0, hungUp: 0, isSettled: true },
  legacy: { answered: "legacy", unanswered: 0, hungUp: 0, isSettled: true },
};

/** Of a program that has answered in the older spelling for the first time. */
export const UNSETTLED: DialectExperience = { ...ANSWERED.legacy, isSettled: false };

export function createProbeTarget(endpoint: Endpoint, dueAt: InstantMs): ProbeTarget {
  return {
    endpoint,
    address: formatEndpoint(endpoint),
    phase: "idle",
    conn: undefined,
    isReused: false,
    answerBy: dueAt,
    isProlonged: false,
    dueAt,
    isProven: false,
    holdsSlot: false,
    dialects: NO_EXPERIENCE,
    failuresInTimeout: 0,
    isSelf: false,
  };
}
