import type { RunId } from "@mutirao/node-core";
import type { DurationMs, InstantMs, JsonText } from "@mutirao/primitives";
import type { AttemptOutcome } from "@mutirao/protocol";
import type { HandlerProcess } from "./handler-process.ts";
import { runLine } from "./lines.ts";
import { createSerialSlots, type SerialSlots } from "./serial-slots.ts";

/** A run that a pool has taken on. */
export interface PooledRun {
  readonly id: RunId;
  readonly taskType: string;
  readonly payload: JsonText;
  readonly timeoutMs: DurationMs;
  /** The process that has it; `undefined` while it waits for one. */
  member: Member | undefined;
  /** Its number there. */
  serial: number;
  /** Since when it has been running, as far as is known: a run that waits behind another has not begun. */
  begunAt: InstantMs | undefined;
  /** It lost its process through a neighbour, or was under suspicion, and is run again in a fresh one, alone. */
  isAlone: boolean;
  /** It has been asked to end. */
  ending: Ending | undefined;
}

export interface Ending {
  /** How it then ended. */
  readonly outcome: AttemptOutcome;
  /** Whether a result that still comes counts all the same. */
  readonly isResultWelcome: boolean;
  /** When it is not asked any more, but made to end. */
  readonly giveUpAt: InstantMs;
  /** Its process has read that it is to end, so the loop there turns. */
  isHeard: boolean;
}

/**
 * A process of a pool.
 *
 *   starting --modules loaded--> ready --tired, or not to be trusted any more--> leaving
 *      |                           |                                                |
 *      +--too slow-----------------+--somebody in it must be made to end----------> killed
 */
export interface Member {
  readonly process: HandlerProcess;
  readonly startedAt: InstantMs;
  state: "starting" | "ready" | "leaving" | "killed";
  /** What it has been given and has not ended, by serial, in the order in which it begins them. */
  readonly runs: SerialSlots<PooledRun>;
  /** Of these, those of which it is not known whether they have begun. */
  notKnownBegun: number;
  lastSerial: number;
  /** Since when it has said nothing, although there are runs that it should begin. */
  quietSince: InstantMs;
  /** It did not say a word for too long: nothing is given to it until it does. */
  isStuck: boolean;
  /** The serials that its witness was asked about, one list for each answer that is still to come. */
  readonly asked: (readonly number[])[];
  /** It is known whose fault it is if the process ends now: not that of the runs that are left. */
  isFaultKnown: boolean;
  /** The memory that it had taken when it was ended for that. */
  memoryBytes: number | undefined;
  /** What is to be said to it at the end of this turn. */
  outbox: string;
}

export function createMember(process: HandlerProcess, now: InstantMs): Member {
  return {
    process,
    startedAt: now,
    state: "starting",
    runs: createSerialSlots(),
    notKnownBegun: 0,
    lastSerial: 0,
    quietSince: now,
    isStuck: false,
    asked: [],
    isFaultKnown: false,
    memoryBytes: undefined,
    outbox: "",
  };
}

/**
 * Gives it a run. It has not begun yet: it may have to wait behind another, or behind what a run that has ended left
 * behind.
 */
export function giveRun(member: Member, run: PooledRun, now: InstantMs): void {
  member.lastSerial = member.runs.nextFree(member.lastSerial);
  run.member = member;
  run.serial = member.lastSerial;
  if (member.notKnownBegun === 0) member.quietSince = now;
  member.notKnownBegun += 1;
  member.runs.set(run.serial, run);
  member.outbox += runLine(run.serial, run.taskType, run.payload);
}

/** Takes a run from it, whether it has ended there or was never begun. */
export function takeRun(member: Member, run: PooledRun): void {
  member.runs.delete(run.serial);
  if (run.begunAt === undefined) member.notKnownBegun -= 1;
  run.member = undefined;
  run.begunAt = undefined;
}

export function markBegun(member: Member, run: PooledRun, now: InstantMs): void {
  if (run.begunAt !== undefined) return;
  run.begunAt = now;
  member.notKnownBegun -= 1;
}

export function flush(member: Member): void {
  if (member.outbox === "") return;
  member.process.say(member.outbox);
  member.outbox = "";
}

/** Whether it has never run anything, so that nothing of an earlier run can be left in it. */
export const isFresh = (member: Member): boolean => member.lastSerial === 0;

/** Whether it belongs to one run alone for now. */
export function isReserved(member: Member): boolean {
  if (member.runs.size !== 1) return false;
  const [run] = member.runs.values();
  return run?.isAlone === true;
}
