import { durationMs, type Prng } from "@mutirao/primitives";
import { type TransportLimits, transportLimitDefaults } from "@mutirao/transport";
import { logUniform } from "../log-uniform.ts";
import type { ProcessPlan } from "./plan.ts";

/** The rhythm of a run: what everybody in it has in common. */
export interface FarmTempo {
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly graceMs: number;
  readonly visibilityMs: number;
  readonly serviceMs: number;
  readonly backOffMaxMs: number;
  readonly connectMs: number;
  readonly slackMs: number;
}

export function drawTempo(prng: Prng): FarmTempo {
  const intervalMs = logUniform(prng, 300, 3_000);
  const timeoutMs = intervalMs * logUniform(prng, 2, 6);
  return {
    intervalMs,
    timeoutMs,
    graceMs: timeoutMs * logUniform(prng, 0.2, 1.5),
    visibilityMs: timeoutMs * logUniform(prng, 0.5, 2),
    serviceMs: intervalMs * logUniform(prng, 0.05, 2),
    backOffMaxMs: intervalMs * logUniform(prng, 0.5, 4),
    connectMs: Math.max(100, intervalMs * logUniform(prng, 0.5, 2)),
    slackMs: timeoutMs - intervalMs,
  };
}

/** Another machine; its index. */
export function addMachine(machines: string[][]): number {
  const index = machines.length;
  machines.push([`10.${Math.floor(index / 200)}.0.${(index % 200) + 1}`]);
  return index;
}

export function drawProcess(tempo: FarmTempo, prng: Prng): Omit<ProcessPlan, "id" | "machine"> {
  return {
    limits: drawLimits(tempo),
    clock: { originMs: prng.pick([0, 1e6, 3e8]) * prng.next(), rate: prng.chance(0.3) ? 0.9 + 0.2 * prng.next() : 1 },
    wakeLateMs: prng.next() * Math.min(20, tempo.slackMs / 16),
    startsAtMs: prng.chance(0.5) ? 0 : prng.next() * 2 * tempo.intervalMs,
  };
}

const drawLimits = (tempo: FarmTempo): TransportLimits => ({
  ...transportLimitDefaults,
  connectMs: durationMs(tempo.connectMs),
  linesPerSecondMax: 100_000,
  linesBurstMax: 100_000,
});
