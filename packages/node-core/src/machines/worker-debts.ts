import { after, type DurationMs, type Endpoint, type InstantMs, seconds } from "@mutirao/primitives";
import type { WorkerOutbox } from "./outbox.ts";
import type { ClassReport } from "./worker-pull.ts";
import { createWorkerResults, type WorkerResults } from "./worker-results.ts";

/**
 * What a worker owes to each of the masters that it has served: results that were never acknowledged. A result is for
 * the master that gave the task and for no other, so it waits here until the worker is with that one again.
 */
export interface WorkerDebts {
  /** What is owed to the master that is served now. */
  readonly results: WorkerResults;
  /** Results that are owed to all the others. */
  readonly elsewhere: number;
  /**
   * The worker turns from one master to another.
   *
   * @param report what the last one has not taken in the class's words.
   * @returns the same of the next one, from earlier.
   */
  turnTo(key: string, at: Endpoint, report: ClassReport | undefined, now: InstantMs): ClassReport | undefined;
}

interface Debt {
  readonly at: Endpoint;
  readonly results: WorkerResults;
  report: ClassReport | undefined;
  /** When the worker left that master. */
  leftAt: InstantMs;
}

/** Beside the master that is served now: the home, or one borrower fewer. */
const OTHERS_MAX = 3;
/** A master that has not been told by then has given the task to somebody else. */
const KEPT_MS = seconds(600);

export function createWorkerDebts(
  home: { readonly key: string; readonly at: Endpoint },
  reportMs: DurationMs,
  { notify }: WorkerOutbox,
): WorkerDebts {
  const others = new Map<string, Debt>();
  const create = (at: Endpoint, now: InstantMs): Debt => ({
    at,
    results: createWorkerResults(reportMs),
    report: undefined,
    leftAt: now,
  });
  let key = home.key;
  let debt = create(home.at, 0 as InstantMs);

  const forget = (other: string, { at, results, report }: Debt): void => {
    others.delete(other);
    notify({ kind: "results-forgotten", at, results: results.size + (report === undefined ? 0 : 1) });
  };
  const tidy = (now: InstantMs): void => {
    for (const [other, owed] of others) if (after(owed.leftAt, KEPT_MS) <= now) forget(other, owed);
    for (const [other, owed] of others) {
      if (others.size <= OTHERS_MAX) break;
      if (other !== home.key) forget(other, owed);
    }
  };

  return {
    get results() {
      return debt.results;
    },
    get elsewhere() {
      let owed = 0;
      for (const { results, report } of others.values()) owed += results.size + (report === undefined ? 0 : 1);
      return owed;
    },
    turnTo(next, at, report, now) {
      debt.report = report;
      debt.leftAt = now;
      if (debt.results.size > 0 || report !== undefined) others.set(key, debt);
      tidy(now);
      key = next;
      debt = others.get(next) ?? create(at, now);
      others.delete(next);
      const earlier = debt.report;
      debt.report = undefined;
      return earlier;
    },
  };
}
