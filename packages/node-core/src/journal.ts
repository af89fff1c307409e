/**
 * The journal of decisions: which notices are decisions, what each says in a plain sentence with its figures and
 * thresholds, and the causal chain behind a loan, a peer, a task, or behind borrowing as such. Pure: whoever keeps the
 * entries gives them.
 */
export { type Explanation, type Step, stepOf } from "./journal/explanation.ts";
export {
  createJournalGate,
  isJournalKind,
  type JournalEntry,
  type JournalGate,
  type JournalNotice,
} from "./journal/journal-entry.ts";
export { concernsPeer, concernsWorker, type PeerNames } from "./journal/matching.ts";
export { sentenceOf } from "./journal/sentences.ts";
export { type BorrowFacts, whyBorrow } from "./journal/why-borrow.ts";
export { whyLoan } from "./journal/why-loan.ts";
export { type PeerFacts, whyPeer } from "./journal/why-peer.ts";
export { type TaskFacts, whyTask } from "./journal/why-task.ts";
