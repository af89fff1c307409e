import { type LendingFigures, offeredLoad } from "./figures.ts";
import { holdOffMs, lendingParameters } from "./parameters.ts";

/**
 * How many slots a master could lend now, at least 0.
 *
 * Nothing while tasks wait, while it borrows or is about to, or just after it had to take workers back: two masters
 * would swap workers, and nobody would gain. Otherwise its idle workers, but for two reserves:
 *
 * - some for what arrives while a lent worker could not be back yet, `lam * c`; bounded by `sqrt(a)`, the spread of the
 *   load, since with moves that are longer than tasks this number counts tasks rather than workers;
 * - `ceil(a)` staying here in all, as many as its own arrivals keep busy. A borrower in severe need overrides this one.
 *
 * No fixed minimum: an idle master lends everything (keeping 1 of 8 costs a tenth of a burst's makespan).
 */
export function spareSlots(figures: LendingFigures, { isSevere }: { readonly isSevere: boolean }): number {
  if (figures.backlog > 0 || isBorrowing(figures) || isHoldingOff(figures)) return 0;
  const { idleOwn, present, leaving, arrivalsPerMs, moveMs } = figures;
  const load = offeredLoad(figures);
  const soon = reserve(Math.min(arrivalsPerMs * moveMs, Math.sqrt(load)));
  const staff = isSevere ? 0 : reserve(load);
  return Math.max(0, Math.min(idleOwn - soon, present - leaving - staff));
}

const reserve = (slots: number): number => Math.max(0, Math.ceil(slots - lendingParameters.loadSlack));

/** It has guests, expects some, or waits for an answer. */
export const isBorrowing = ({ guests, incoming, asked }: LendingFigures): boolean =>
  guests > 0 || incoming > 0 || asked > 0;

/** It took workers back a moment ago. */
export const isHoldingOff = (figures: LendingFigures): boolean =>
  figures.sinceReclaimMs !== undefined && figures.sinceReclaimMs < holdOffMs(figures);

/** The operator's limits on lending, in workers. */
export interface LendLimits {
  /** At least so many own workers stay at home. */
  readonly lendReserve: number;
  /** At most so many are away at a time. */
  readonly lendMax: number;
}

/**
 * How many workers more the operator lets it lend. Nothing overrides this, severe need neither.
 *
 * @param home own workers that are here and not about to leave.
 * @param lent own workers that are away or on the way.
 */
export const lendRoom = (home: number, lent: number, { lendReserve, lendMax }: LendLimits): number =>
  Math.max(0, Math.min(home - lendReserve, lendMax - lent));

/** What to tell others that it could spare, in workers. */
export const spareWorkers = (figures: LendingFigures, room: number): number =>
  Math.max(0, Math.min(Math.floor(spareSlots(figures, { isSevere: false }) / figures.slotsPerWorker), room));
