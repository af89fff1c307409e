import { durationMs, nodeId, type Prng } from "@mutirao/primitives";
import { logUniform } from "../log-uniform.ts";
import { addMachine, drawProcess, type FarmTempo } from "./draw-process.ts";
import { allTypes } from "./draw-workload.ts";
import { type Manner, mannerNames } from "./foreign/manners.ts";
import type { ForeignWorkerPlan, MasterPlan, WorkerPlan } from "./plan.ts";

/** Workers of ours at one master: a handful, sometimes two with one id. */
export function drawWorkers(
  machines: string[][],
  tempo: FarmTempo,
  { listensAt, machine: masterMachine }: MasterPlan,
  master: number,
  masters: number,
  prng: Prng,
): readonly WorkerPlan[] {
  const count = prng.chance(0.1) ? 0 : Math.min(prng.integer(1, 8), prng.integer(1, Math.ceil(8 / masters)));
  const hasTwins = prng.chance(0.15);
  const isOnOneMachine = prng.chance(0.2);
  const shared = addMachine(machines);
  return Array.from({ length: count }, (_, index): WorkerPlan => {
    const draw = prng.fork(`worker-${index}`);
    const machine = isOnOneMachine ? (draw.chance(0.2) ? masterMachine : shared) : addMachine(machines);
    return {
      id: nodeId(`m${master}.w${hasTwins && index === 1 ? 0 : index}`),
      machine,
      master,
      ...drawProcess(tempo, draw),
      restartMs: tempo.intervalMs * logUniform(draw, 0.1, 4),
      options: {
        master: listensAt,
        slots: draw.chance(0.5) ? 1 : draw.integer(1, 8),
        types: draw.chance(0.7) ? allTypes : allTypes.filter((type) => type === "QUERY" || draw.chance(0.5)),
        style: draw.chance(0.06) ? "pull" : "auto",
        pollMs: durationMs(tempo.intervalMs * logUniform(draw, 0.3, 1)),
        answerMs: durationMs(tempo.timeoutMs),
        reportMs: durationMs(Math.max(200, tempo.intervalMs * logUniform(draw, 0.5, 2))),
        backOffMaxMs: durationMs(tempo.backOffMaxMs),
        foreignTimeoutMs: durationMs(tempo.visibilityMs),
        foreignLeaseMs: durationMs(1_000),
        malformedPerConnectionMax: 10,
        malformedPerSourceMax: 100,
        muteMs: durationMs(1_000),
      },
    };
  });
}

const styles = ["pull", "pull-with-port", "push"] as const;

/** Workers of other teams at one master, each with manners of its own. */
export function drawForeignWorkers(
  machines: string[][],
  tempo: FarmTempo,
  _master: MasterPlan,
  master: number,
  prng: Prng,
): readonly ForeignWorkerPlan[] {
  const count = prng.chance(0.35) ? 0 : prng.integer(1, 3);
  return Array.from({ length: count }, (_, index): ForeignWorkerPlan => {
    const draw = prng.fork(`foreign-${index}`);
    return {
      id: nodeId(`m${master}.f${index}`),
      master,
      machine: addMachine(machines),
      style: draw.pick(styles),
      manners: drawManners(draw),
      pollMs: tempo.intervalMs * logUniform(draw, 0.3, 1.5),
      patienceMs: tempo.timeoutMs * logUniform(draw, 0.5, 1.5),
      restartMs: tempo.intervalMs * logUniform(draw, 0.5, 4),
    };
  });
}

function drawManners(prng: Prng): readonly Manner[] {
  if (prng.chance(0.3)) return [];
  return mannerNames.filter((manner) => prng.chance(manner === "nameless" ? 0.05 : 0.25));
}
