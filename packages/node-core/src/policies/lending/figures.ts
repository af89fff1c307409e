import type { Pace } from "./parameters.ts";

/**
 * What a master knows of itself when it judges about lending.
 *
 * Capacity is counted in slots: a worker that does eight tasks at a time is worth eight that do one, and the formulas of
 * docs/lending-policy.md hold if each of its workers is read as one slot. What moves are workers, whole ones; so asks and
 * grants count workers, and `slotsPerWorker` leads from the one to the other.
 */
export interface LendingFigures extends Pace {
  /** Tasks that wait (`q`). */
  readonly backlog: number;
  /** Tasks per millisecond (`lam`). */
  readonly arrivalsPerMs: number;
  /** What a worker usually has, own or borrowed; at least 1. */
  readonly slotsPerWorker: number;
  /** Slots of all workers that are here, own and guests, those that are about to leave included. */
  readonly present: number;
  /** Of `present`: told to leave, or to be told when their task ends. */
  readonly leaving: number;
  /** Of `present`: slots of own workers with nothing at all to do, not leaving. */
  readonly idleOwn: number;
  /** Of `present`: slots of guests. */
  readonly guests: number;
  /** Slots that were granted to this master and are on the way. */
  readonly incoming: number;
  /** Slots of own workers that are elsewhere or on the way there, but for those that were called back and do not come. */
  readonly lent: number;
  /** Of `lent`: asked back. */
  readonly beingReclaimed: number;
  /** Workers (not slots) that were asked for, in asks without an answer yet; standing asks have had theirs. */
  readonly asked: number;
  /** How long ago workers were last taken back; `undefined` if they never were. */
  readonly sinceReclaimMs: number | undefined;
}

/**
 * The slots that a master will have (`k`): not those that it has. What is on the way counts already, or every event in
 * the ten milliseconds of a move would ask again; what is leaving counts no more.
 */
export const expectedSlots = ({ present, leaving, incoming, beingReclaimed }: LendingFigures): number =>
  Math.max(0, present - leaving + incoming + beingReclaimed);

/** The load in erlang (`a`): how many slots the arrivals keep busy on average. */
export const offeredLoad = ({ arrivalsPerMs, serviceMs }: LendingFigures): number => arrivalsPerMs * serviceMs;
