import { createBoundedMap, type InstantMs, type NodeId } from "@mutirao/primitives";
import type { LoanState } from "../../master-views.ts";
import type { MasterOutbox } from "../outbox.ts";
import type { PeerRecord } from "./peer-table.ts";

/** One loan, open or past. */
export interface LoanEntry {
  /** `<worker>@<epoch>`; a foreign owner's worker has no epoch, and a counter of ours takes its place. */
  readonly id: string;
  readonly direction: "in" | "out";
  readonly worker: NodeId;
  readonly peer: PeerRecord;
  readonly epoch: number | undefined;
  state: LoanState;
  readonly startedAt: InstantMs;
  endedAt: InstantMs | undefined;
  /** Of a loan in that is over: what its worker has done here. */
  tasksDone: number | undefined;
  /** Why it stands so, in words. */
  reason: string;
}

/** The history of loans: for the operator, and for the journal, which is told of every change. */
export interface LoanLog {
  /** @param loan the machine's own record, by which the entry is known from now on. */
  opened(
    loan: object,
    facts: Pick<LoanEntry, "direction" | "worker" | "peer" | "epoch" | "state" | "reason">,
    now: InstantMs,
  ): void;
  changed(loan: object, state: LoanState, reason: string, now: InstantMs): void;
  closed(loan: object, reason: string, now: InstantMs): void;
  /** What the worker has done, to be told before the loan is closed. */
  noteDone(loan: object, tasks: number): void;
  entryOf(loan: object): LoanEntry | undefined;
  /** Open ones first, then those that ended, the last first. */
  entries(): readonly LoanEntry[];
}

/** Past loans that are remembered. */
const PAST_MAX = 1_000;

export function createLoanLog({ notify }: MasterOutbox): LoanLog {
  const open = new Map<object, LoanEntry>();
  const past = createBoundedMap<LoanEntry, LoanEntry>(PAST_MAX);
  let foreign = 0;

  const tell = (entry: LoanEntry, from: LoanState | undefined): void => {
    const { id, direction, worker, peer, state, reason } = entry;
    notify({ kind: "loan-changed", loan: id, direction, worker, peer: peer.address, from, to: state, reason });
  };
  const change = (entry: LoanEntry, state: LoanState, reason: string): void => {
    const from = entry.state;
    entry.state = state;
    entry.reason = reason;
    tell(entry, from);
  };

  return {
    opened(loan, facts, now) {
      const ordinal = facts.epoch ?? `x${++foreign}`;
      const entry: LoanEntry = {
        ...facts,
        id: `${facts.worker}@${ordinal}`,
        startedAt: now,
        endedAt: undefined,
        tasksDone: undefined,
      };
      open.set(loan, entry);
      tell(entry, undefined);
    },
    changed(loan, state, reason) {
      const entry = open.get(loan);
      if (entry !== undefined) change(entry, state, reason);
    },
    closed(loan, reason, now) {
      const entry = open.get(loan);
      if (entry === undefined) return;
      open.delete(loan);
      entry.endedAt = now;
      past.set(entry, entry);
      change(entry, entry.direction === "out" ? "home" : "left", reason);
    },
    noteDone(loan, tasks) {
      const entry = open.get(loan);
      if (entry !== undefined) entry.tasksDone = tasks;
    },
    entryOf: (loan) => open.get(loan),
    entries: () => [...open.values(), ...[...past.values()].reverse()],
  };
}
