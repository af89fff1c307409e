import type { HeartbeatDialect } from "@mutirao/protocol";

/** What is known of how a peer takes our spellings. */
export interface DialectExperience {
  /** The spelling that it answered last. */
  readonly answered: HeartbeatDialect | undefined;
  /** Beats in a row that it got and did not answer. */
  readonly unanswered: number;
  /** How many of these it answered by closing the connection, as some do on what they do not understand. */
  readonly hungUp: number;
  /** False for a peer that answered in the older spelling, until it was asked once more in another. */
  readonly isSettled: boolean;
}

/**
 * Which spelling to try for the next beat to a peer.
 *
 * What was answered is remembered. A beat that goes unanswered may mean that the peer understands another spelling, or
 * just that a beat was lost. So a peer that never answered is asked in each spelling in turn; one that did is asked
 * once more in the one it knows, and then in it every second time, so that a wrong guess never costs two beats in a
 * row.
 *
 * The answer to the older spelling does not say who answers, so whoever understands another must not be asked in it:
 * a peer that is just slow would lose its id. It is only tried with peers that closed on both of the others; and as a
 * peer that is short of something may close on anything, its first answer there is followed by a trial in `first`.
 */
export function nextDialect(
  first: HeartbeatDialect,
  { answered, unanswered, hungUp, isSettled }: DialectExperience,
): HeartbeatDialect {
  if (!isSettled) return first;
  if (answered === undefined) {
    const order = [first, other(first), ...(hungUp >= 2 ? (["legacy"] as const) : [])] as const;
    return order[unanswered % order.length] ?? first;
  }
  if (unanswered < 2 || unanswered % 2 === 1) return answered;
  return answered === "legacy" && unanswered % 4 === 0 ? other(first) : other(answered, first);
}

/** The other one of the two spellings that say who is who. */
function other(dialect: HeartbeatDialect, first: HeartbeatDialect = "brief"): HeartbeatDialect {
  if (dialect === "legacy") return first;
  return dialect === "brief" ? "class" : "brief";
}
