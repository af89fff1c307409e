import type { EpochMs, NodeId } from "@mutirao/primitives";
import { printable } from "@mutirao/protocol";
import type { AttemptStory, TaskError } from "@mutirao/task-store";
import { type Explanation, explanationOf, type Step, stepOf } from "./explanation.ts";
import type { JournalEntry, JournalNotice } from "./journal-entry.ts";
import { isLoanStep, type LoanNotice, stepsLike } from "./loan-steps.ts";
import { counted, spokenMs } from "./words.ts";

/** A task as it stands. */
export interface TaskFacts {
  readonly id: string;
  readonly type: string;
  readonly state: string;
  /** Workers that are here now, and how many of them can do its type. */
  readonly farm: { readonly workers: number; readonly able: number };
  readonly acceptedAt: EpochMs;
  /** When its last attempt began. */
  readonly startedAt: EpochMs | undefined;
  readonly endedAt: EpochMs | undefined;
  readonly attempts: number;
  readonly worker: NodeId | undefined;
  readonly error: TaskError | undefined;
  readonly stories: readonly AttemptStory[];
}

/** How much of what happened while it waited is told. */
const WAIT_ENTRIES_MAX = 20;

/** Why a task waits or ended as it did: who had it, whose worker that was, and what was decided while it waited. */
export function whyTask(task: TaskFacts, entries: readonly JournalEntry[]): Explanation {
  const loan = loanOf(task, entries);
  const steps = [
    { at: task.acceptedAt, event: "task-accepted", sentence: `Task ${printable(task.id)} was accepted.`, facts: {} },
    ...whileItWaited(task, entries).map(stepOf),
    ...(loan === undefined ? [] : stepsOf(loan, task, entries)),
    ...task.stories.map(storyStep),
    ...startStep(task, loan),
    ...endStep(task),
  ];
  return explanationOf(answerOf(task, loan), steps);
}

const now = Number.POSITIVE_INFINITY;

/** The loan under which its worker was here when it was given the task. */
function loanOf({ worker, startedAt }: TaskFacts, entries: readonly JournalEntry[]) {
  if (worker === undefined || startedAt === undefined) return undefined;
  const held = entries
    .filter(isLoanStep)
    .findLast(({ at, notice }) => notice.direction === "in" && notice.worker === worker && at <= startedAt);
  return held?.notice.to === "left" ? undefined : held?.notice;
}

const stepsOf = (loan: LoanNotice, { endedAt }: TaskFacts, entries: readonly JournalEntry[]): readonly Step[] =>
  stepsLike(
    loan,
    entries.filter(({ at }) => at <= (endedAt ?? now)),
  ).map(stepOf);

function whileItWaited({ acceptedAt, startedAt, endedAt }: TaskFacts, entries: readonly JournalEntry[]) {
  const until = startedAt ?? endedAt ?? now;
  return entries
    .filter(({ at, notice }) => at >= acceptedAt && at <= until && isAboutWaiting(notice))
    .slice(-WAIT_ENTRIES_MAX);
}

const isAboutWaiting = ({ kind }: JournalNotice): boolean =>
  kind === "load-changed" ||
  kind === "borrow-weighed" ||
  kind === "borrow-asked" ||
  kind === "borrow-answered" ||
  kind === "reclaim-ordered";

function storyStep({ attempt, worker, code, message, at }: AttemptStory): Step {
  const sentence = `Attempt ${attempt}, by ${printable(worker)}, brought no result: ${printable(message)} [${printable(code)}].`;
  return { at, event: "attempt-failed", sentence, facts: { attempt, worker, code, message } };
}

function startStep({ startedAt, attempts, worker }: TaskFacts, loan: LoanNotice | undefined): readonly Step[] {
  if (startedAt === undefined || worker === undefined) return [];
  const sentence = `Attempt ${attempts} began, by ${workerWords(worker, loan)}.`;
  return [{ at: startedAt, event: "attempt-began", sentence, facts: { attempt: attempts, worker, loan: loan?.loan } }];
}

function endStep({ state, endedAt, error }: TaskFacts): readonly Step[] {
  if (endedAt === undefined) return [];
  const why = error === undefined ? "" : `: ${printable(error.message)} [${printable(error.code)}]`;
  return [{ at: endedAt, event: "task-ended", sentence: `It ended as ${state}${why}.`, facts: { state, error } }];
}

const workerWords = (worker: NodeId, loan: LoanNotice | undefined): string =>
  loan === undefined
    ? `${printable(worker)}`
    : `${printable(worker)}, borrowed from ${loan.peer} (loan ${printable(loan.loan)})`;

function answerOf(task: TaskFacts, loan: LoanNotice | undefined): string {
  const { id, state, acceptedAt, startedAt, endedAt, worker } = task;
  const name = `Task ${printable(id)} is ${state}`;
  if (startedAt === undefined || worker === undefined) {
    return `${name}: no worker has had it yet${state === "pending" ? obstacle(task) : ""}.`;
  }
  const waited = spokenMs(between(acceptedAt, startedAt));
  if (endedAt === undefined)
    return `${name}: its last attempt, by ${workerWords(worker, loan)}, began ${waited} after it was accepted.`;
  return `${name}: ${workerWords(worker, loan)} had it, ${waited} after it was accepted, for ${spokenMs(between(startedAt, endedAt))}.`;
}

/** It waits for more than its turn. */
function obstacle({ type, farm }: TaskFacts): string {
  if (farm.workers === 0) return ", and there is no worker";
  return farm.able === 0 ? `, and of ${counted(farm.workers, "worker")} none can do ${printable(type)}` : "";
}

const between = (from: EpochMs, to: EpochMs): number => Math.max(0, to - from);
