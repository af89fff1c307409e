import { type Explanation, explanationOf, stepOf } from "./explanation.ts";
import type { JournalEntry } from "./journal-entry.ts";
import { sentenceOf } from "./sentences.ts";
import { counted, midSentence } from "./words.ts";

/** How the master stands at this moment, as far as borrowing goes. */
export interface BorrowFacts {
  /** Why it asks nobody, whatever waits; `undefined` if it may ask. */
  readonly refrains: "lending-off" | "draining" | undefined;
  readonly backlog: number;
  readonly guests: number;
  readonly peers: number;
  readonly peersAlive: number;
}

/** How much of the past is told; before that, other things mattered. */
const ENTRIES_MAX = 60;

/** Why this master borrows, or why it does not. */
export function whyBorrow(entries: readonly JournalEntry[], facts: BorrowFacts): Explanation {
  const last = entries.findLast(({ notice }) => notice.kind === "borrow-weighed");
  const chain = entries.filter(isAboutBorrowing).slice(-ENTRIES_MAX);
  return explanationOf(answerOf(last, facts), chain.map(stepOf));
}

function isAboutBorrowing({ notice }: JournalEntry): boolean {
  switch (notice.kind) {
    case "load-changed":
    case "borrow-weighed":
    case "borrow-asked":
    case "borrow-answered":
    case "borrow-unanswered":
    case "promise-broken":
      return true;
    case "loan-changed":
      return notice.direction === "in";
    default:
      return false;
  }
}

const refrainings = {
  "lending-off": "It borrows nobody: it was started with --lending off",
  draining: "It borrows nobody any more: it is about to end",
} as const;

function answerOf(last: JournalEntry | undefined, facts: BorrowFacts): string {
  const { backlog, guests, peers, peersAlive, refrains } = facts;
  const now = `now: ${counted(backlog, "task")} waiting, ${counted(guests, "borrowed worker")} here`;
  if (refrains !== undefined) return `${refrainings[refrains]}; ${now}.`;
  if (peers === 0) return `It has no peers to borrow from; ${now}.`;
  if (peersAlive === 0) return `None of its ${counted(peers, "peer")} is alive, so there is nobody to ask; ${now}.`;
  if (last === undefined)
    return `No task has waited yet while a peer was alive, so borrowing was never weighed; ${now}.`;
  return `When it was last weighed, ${midSentence(sentenceOf(last.notice))}; ${now}.`;
}
