import type { MasterNodeOptions } from "@mutirao/node-core";
import type { AssignmentBook } from "./oracle/master-book.ts";
import type { FarmWorld, MasterLife, WorkerLife } from "./world.ts";

/** A call that comes so much later than the core wanted it is a stall, and the master has to know it (as every node). */
export const masterStallMs = ({ intervalMs, timeoutMs }: MasterNodeOptions): number =>
  Math.min(intervalMs, (timeoutMs - intervalMs) / 2);

/** The rhythm of a process, as far as stalls of it are concerned. */
export function tempoOf(
  { masters }: FarmWorld,
  { kind, slot }: MasterLife | WorkerLife,
): { readonly intervalMs: number; readonly stallMs: number } {
  const options = kind === "master" ? slot.plan.options : masters[slot.plan.master]?.plan.options;
  return options === undefined
    ? { intervalMs: 1_000, stallMs: 500 }
    : { intervalMs: options.intervalMs, stallMs: masterStallMs(options) };
}

/**
 * From the moment at which nothing stands between a worker and its master to its being in the farm, in the world's time.
 *
 * Either side may have to notice first that the connection they had is gone without a word: the worker by the silence of
 * its master, after `timeoutMs` (of the last welcome; before that, its own default). Its next try comes within the
 * ceiling of its back-off; a dial under way may have to fail first (`connectMs`), or its hello go unanswered
 * (`answerMs`), and then the next one works. What a blocked link held back is repeated within twice the time that it
 * waited, and nothing waits for longer than the network's `giveUpMs`.
 */
export function joinedWithinMs({ slot: master }: MasterLife, { slot: worker, clock }: WorkerLife): number {
  const { options, limits } = worker.plan;
  const silenceMs = Math.max(master.plan.options.timeoutMs, WORKER_DEFAULT_TIMEOUT_MS);
  const triesMs = 3 * (options.backOffMaxMs + limits.connectMs) + options.answerMs;
  return (1.3 * (silenceMs + triesMs)) / Math.min(clock.rate, 1) + 2_000;
}

const WORKER_DEFAULT_TIMEOUT_MS = 10_000;

/** When a master must have given an attempt up at the latest, if its wake-up comes now. */
export function keptAtMostMs({ book, slot }: MasterLife, { worker, countsFrom, allowedMs }: AssignmentBook): number {
  const { timeoutMs, graceMs } = slot.plan.options;
  const awayAt =
    worker.awaySince === undefined ? Number.POSITIVE_INFINITY : Math.max(worker.awaySince, book.resumedAt) + graceMs;
  // One of the class's gives no sign of life while it works: then the time that its task may take is what counts.
  const isToBeHeard = worker.style === "session" && worker.status === "alive";
  const silentAt = isToBeHeard ? Math.max(worker.heardAt, book.resumedAt) + timeoutMs : Number.POSITIVE_INFINITY;
  return Math.min(awayAt, silentAt, countsFrom + allowedMs);
}

/** Tasks that a master may hold: those that it accepts or tries again, and those that it found on the disk. */
export const heldMax = ({ slot, book }: MasterLife): number => slot.plan.options.backlogMax + book.recovered;

/** Former occupants of one address that a registry may remember at once, its present one, and a shared id's twin. */
export const registryMax = ({ peers }: MasterNodeOptions): number => peers.length * 6;

/** A slow disk answers some seconds after it was asked; nobody hands in more than this meanwhile. */
export const WRITES_OPEN_MAX = 400;

/** A worker keeps what it was given and has not been acknowledged, and what it had to refuse meanwhile. */
export const resultsKeptMax = ({ slot }: WorkerLife): number => 1_024 + slot.plan.options.slots + 2_048;

/** A task can fail, or be handed back, several times in an interval; more often than this it is being thrown to and fro. */
export const GIVES_PER_INTERVAL_MAX = 16;
