import type { Prng } from "@mutirao/primitives";
import { logUniform } from "../log-uniform.ts";
import type { FarmTempo } from "./draw-process.ts";
import type { WorkloadPlan } from "./plan.ts";

/** How many tasks a run is to have, about: more would find more in one run and leave less time for other runs. */
const TASKS_WANTED = 70;

export const allTypes: readonly string[] = ["QUERY", "resize", "mail"];

export function drawWorkload(tempo: FarmTempo, masters: number, prng: Prng): WorkloadPlan {
  const tasksMax = Math.round((TASKS_WANTED * (0.4 + prng.next())) / masters);
  const rhythm = prng.pick<WorkloadPlan["rhythm"]>(["poisson", "bursts", "trickle"]);
  // Handed in over about two thirds of the first phase.
  const perSubmission = rhythm === "bursts" ? 6 : 1;
  const rare = (rate: number): number => (prng.chance(0.5) ? rate * prng.next() : 0);
  return {
    rhythm,
    tasksMax,
    gapMs: (tempo.timeoutMs * (3 + 4 * prng.next()) * perSubmission) / tasksMax,
    types: prng.chance(0.3) ? ["QUERY"] : ["QUERY", "QUERY", ...allTypes],
    serviceMs: tempo.serviceMs * logUniform(prng, 0.5, 2),
    isHeavyTailed: prng.chance(0.4),
    flakyRate: rare(0.4),
    badRate: rare(0.15),
    hangRate: rare(0.15),
    poisonRate: rare(0.12),
    bulkyRate: rare(0.1),
    cancelRate: rare(0.5),
    retryRate: rare(0.5),
    patienceMs: tempo.timeoutMs * logUniform(prng, 0.3, 2),
  };
}
