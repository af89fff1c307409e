import { type DurationMs, durationMs } from "@mutirao/primitives";

/** The times a master measures, on which every length of time in lending depends. */
export interface Pace {
  /** What a task takes (`s`). */
  readonly serviceMs: DurationMs;
  /** What it costs to move a worker, until it works elsewhere (`c`). */
  readonly moveMs: DurationMs;
  /** What a message takes to a neighbour, one way (`L`). */
  readonly latencyMs: DurationMs;
}

/** So many service times or so many moves, whichever is longer. */
interface Scaled {
  readonly services: number;
  readonly moves: number;
}

/**
 * The numbers of lending, each studied by simulation; docs/lending-policy.md has them as a table.
 *
 * Lengths of time are no fixed numbers: what is soon for tasks of a second is never for tasks of a millisecond, and with
 * fixed times lending came to 13 times the ideal instead of 1.2. So each is so many service times, and never less than
 * so many moves, or workers would spend their lives on the way.
 */
export const lendingParameters = {
  /** The wait above which a master asks. */
  trigger: { services: 1, moves: 2 },
  /** The work that every borrowed worker must find, so that moving it pays. */
  work: { services: 1, moves: 1 },
  /** The wait above which an owner takes its workers back. */
  reclaimAt: { services: 1, moves: 1 },
  /**
   * So many `reclaimAt` of real waiting call one more back, whatever the estimate says; never later than after `overdueMaxMs`
   * (or one `reclaimAt`, where that is longer).
   */
  overdue: 5,
  overdueMaxMs: durationMs(4_000),
  /** One that was called back and has not come for so long (or two `reclaimAt`) is not counted on any more. */
  comesBackMs: durationMs(5_000),
  /** No lending for so long after taking workers back. */
  holdOff: { services: 1, moves: 1 },
  /** How long an ask that cannot be filled stands at the lender; also the widest gap between waves of asks. */
  life: { services: 3, moves: 3 },
  /** How long a guest may be idle before it goes home. */
  linger: { services: 2, moves: 4 },
  /** No guest goes home of its own accord sooner than this after it came. */
  minHold: { services: 0, moves: 8 },
  /** So many triggers of wait are a severe need: it overrides the staffing bound of a lender. */
  severe: 5,
  /** The narrowest gap between waves of asks: so many latencies, and no less than `gap0MinMs`. */
  gap0Latencies: 4,
  gap0MinMs: durationMs(2),
  /** How many lenders a wave may ask at once. */
  fanMax: 64,
  fanMin: 2,
  /** How many lenders hold a standing ask. */
  standFan: { min: 4, max: 16 },
  /** After so many lives without an ask that was in vain, what was learned of it is forgotten. */
  calmLives: 3,
  /** Guests are kept while there are no more slots than `a + rateBeta * sqrt(a)`, `a` being the load in erlang. */
  rateBeta: 1.5,
  /** A lease ends so many heartbeat intervals after its last renewal. */
  leaseIntervals: 5,
  /** What a heartbeat said of a master's spare workers is believed for so many intervals. */
  viewIntervals: 3.5,
  /** With more masters than this, what each said last is not believed: everybody would run to the same few. */
  viewMastersMax: 32,
  /** A load that small needs nobody kept in reserve: an average over time never comes down to nothing. */
  loadSlack: 0.05,
} as const;

const scaled = (pace: Pace, { services, moves }: Scaled): DurationMs =>
  durationMs(Math.max(services * pace.serviceMs, moves * pace.moveMs));

export const triggerMs = (pace: Pace): DurationMs => scaled(pace, lendingParameters.trigger);
export const workMs = (pace: Pace): DurationMs => scaled(pace, lendingParameters.work);
export const reclaimAtMs = (pace: Pace): DurationMs => scaled(pace, lendingParameters.reclaimAt);
export const overdueMs = (pace: Pace): DurationMs => {
  const { overdue, overdueMaxMs } = lendingParameters;
  return durationMs(Math.min(overdue * reclaimAtMs(pace), Math.max(overdueMaxMs, reclaimAtMs(pace))));
};
export const comesBackMs = (pace: Pace): DurationMs =>
  durationMs(Math.max(lendingParameters.comesBackMs, 2 * reclaimAtMs(pace)));
export const holdOffMs = (pace: Pace): DurationMs => scaled(pace, lendingParameters.holdOff);
export const lifeMs = (pace: Pace): DurationMs => scaled(pace, lendingParameters.life);
export const lingerMs = (pace: Pace): DurationMs => scaled(pace, lendingParameters.linger);
export const minHoldMs = (pace: Pace): DurationMs => scaled(pace, lendingParameters.minHold);
export const severeMs = (pace: Pace): DurationMs => durationMs(lendingParameters.severe * triggerMs(pace));
export const calmMs = (pace: Pace): DurationMs => durationMs(lendingParameters.calmLives * lifeMs(pace));

export const firstGapMs = ({ latencyMs }: Pace): DurationMs =>
  durationMs(Math.max(lendingParameters.gap0Latencies * latencyMs, lendingParameters.gap0MinMs));

/** @param heartbeatIntervalMs of the borrower, whose heartbeats renew the lease. */
export const leaseMs = (heartbeatIntervalMs: DurationMs): DurationMs =>
  durationMs(lendingParameters.leaseIntervals * heartbeatIntervalMs);

/** @param heartbeatIntervalMs of the master that said how many workers it could spare. */
export const viewMs = (heartbeatIntervalMs: DurationMs): DurationMs =>
  durationMs(lendingParameters.viewIntervals * heartbeatIntervalMs);
