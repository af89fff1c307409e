import type { TaskDraft } from "@mutirao/node-core";
import { durationMs, jsonText, type Prng, taskId } from "@mutirao/primitives";
import { logUniform } from "../log-uniform.ts";
import type { WorkloadPlan } from "./plan.ts";
import type { TaskNature } from "./world.ts";

/** A task, and how it will behave. Its payload names it, so that whoever runs it shows which task that was. */
export function drawTask(
  name: string,
  workload: WorkloadPlan,
  limits: { readonly timeoutMs: number; readonly maxAttempts: number },
  prng: Prng,
): { readonly draft: TaskDraft; readonly nature: TaskNature } {
  const type = workload.types[prng.integer(0, workload.types.length - 1)] ?? "QUERY";
  // More than fits into a line of the class's: only workers of ours can take it.
  const bulk = prng.chance(workload.bulkyRate) ? ` ${"x".repeat(1_400)}` : "";
  return {
    draft: {
      id: taskId(name),
      type,
      payload: jsonText(`{"USER":"${name}${bulk}"}`),
      priority: prng.chance(0.2) ? prng.integer(-2, 2) : 0,
      timeoutMs: durationMs(limits.timeoutMs),
      maxAttempts: limits.maxAttempts,
    },
    nature: drawNature(workload, limits.timeoutMs, prng),
  };
}

function drawNature(workload: WorkloadPlan, timeoutMs: number, prng: Prng): TaskNature {
  const { serviceMs, isHeavyTailed } = workload;
  const tookMs = isHeavyTailed ? pareto(serviceMs / 3, prng) : logUniform(prng, serviceMs / 3, serviceMs * 2);
  const isDeaf = prng.chance(0.2);
  const nature = { serviceMs: Math.min(tookMs, 0.8 * timeoutMs), isDeaf };
  const always = prng.chance(0.5) ? Number.POSITIVE_INFINITY : prng.integer(1, 2);
  if (prng.chance(workload.poisonRate)) return { ...nature, flaw: "poison", times: always };
  if (prng.chance(workload.hangRate)) return { ...nature, flaw: "hang", times: always };
  if (prng.chance(workload.badRate)) return { ...nature, flaw: "nok", times: Number.POSITIVE_INFINITY };
  if (prng.chance(workload.flakyRate)) return { ...nature, flaw: "nok", times: prng.integer(1, 2) };
  return { ...nature, flaw: "none", times: 0 };
}

/** Most are short, and a few are very long: the mean is three times the least. */
const PARETO_SHAPE = 1.5;
const pareto = (leastMs: number, prng: Prng): number => leastMs * (1 - prng.next()) ** (-1 / PARETO_SHAPE);
