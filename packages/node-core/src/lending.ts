/**
 * Who lends whom a worker, how many and when: the judgements alone, as pure functions of figures that a master measures.
 * What is said on the wire, and where a worker is, is the business of the machines. Also for those who weigh the
 * judgements without a master around them.
 */
export { createArrivalRate } from "./machines/arrival-rate.ts";
export { createMoveCost } from "./machines/move-cost.ts";
export { createServiceTime } from "./machines/service-time.ts";
export {
  type AskWaves,
  firstAskWaves,
  nextWaveAt,
  standingAskExpired,
  startWave,
  waveBrought,
} from "./policies/lending/ask-waves.ts";
export { estimatedWaitMs } from "./policies/lending/estimated-wait.ts";
export { expectedSlots, type LendingFigures } from "./policies/lending/figures.ts";
export { fill, type Gift, type Want } from "./policies/lending/fill.ts";
export { guestStaysMs } from "./policies/lending/guest-stays.ts";
export { neededWorkers } from "./policies/lending/needed-workers.ts";
export { lifeMs, viewMs } from "./policies/lending/parameters.ts";
export { planWave } from "./policies/lending/plan-wave.ts";
export { reclaimCount, reclaimFrom } from "./policies/lending/reclaim.ts";
export { spareSlots, spareWorkers } from "./policies/lending/spare.ts";
