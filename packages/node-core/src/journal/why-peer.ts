import { type Explanation, explanationOf, stepOf } from "./explanation.ts";
import type { JournalEntry } from "./journal-entry.ts";
import { concernsPeer, type PeerNames } from "./matching.ts";
import { counted } from "./words.ts";

/** A peer as it stands. */
export interface PeerFacts extends PeerNames {
  readonly status: "NEVER_SEEN" | "ALIVE" | "TIMEOUT";
  /** Workers of ours that it has, and workers of its that are here. */
  readonly lent: number;
  readonly borrowed: number;
}

const ENTRIES_MAX = 60;

/** Why a peer is in the state that it is in, and what was asked and lent between it and us. */
export function whyPeer(peer: PeerFacts, entries: readonly JournalEntry[]): Explanation {
  const chain = entries.filter(({ notice }) => concernsPeer(notice, peer)).slice(-ENTRIES_MAX);
  return explanationOf(answerOf(peer), chain.map(stepOf));
}

const statuses = {
  NEVER_SEEN: "has never answered, so nothing is asked of it and nothing lent to it",
  ALIVE: "is alive",
  TIMEOUT: "was silent for too long, so nothing is asked of it and nothing lent to it",
} as const;

function answerOf({ id, address, status, lent, borrowed }: PeerFacts): string {
  const name = id === undefined ? address : `${id} at ${address}`;
  return `${name} ${statuses[status]}; it has ${counted(lent, "worker")} of ours, and ${counted(borrowed, "worker")} of its own here.`;
}
