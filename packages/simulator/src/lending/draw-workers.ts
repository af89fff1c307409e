import { durationMs, nodeId, type Prng } from "@mutirao/primitives";
import { addMachine, drawProcess, type FarmTempo } from "../farm/draw-process.ts";
import { allTypes } from "../farm/draw-workload.ts";
import type { MasterPlan, WorkerPlan } from "../farm/plan.ts";
import { logUniform } from "../log-uniform.ts";
import { drawForeignLease } from "./draw-foreign-lease.ts";

/** What every plain object seems to have. A worker may be called so. */
const oddIds = ["constructor", "__proto__", "toString", "hasOwnProperty"] as const;

/** Workers of ours at one master: a few mostly, sometimes many. */
export function drawLentWorkers(
  machines: string[][],
  tempo: FarmTempo,
  { listensAt }: MasterPlan,
  { index: master, masters }: { readonly index: number; readonly masters: number },
  prng: Prng,
): readonly WorkerPlan[] {
  const count = masters < 4 && prng.chance(0.03) ? prng.integer(5, 16) : prng.integer(1, masters < 4 ? 4 : 2);
  const hasOddId = prng.chance(0.15);
  return Array.from({ length: count }, (_, index): WorkerPlan => {
    const draw = prng.fork(`worker-${index}`);
    return {
      id: nodeId((hasOddId && index === 0 ? oddIds[master] : undefined) ?? `m${master}.w${index}`),
      machine: addMachine(machines),
      master,
      ...drawProcess(tempo, draw),
      restartMs: tempo.intervalMs * logUniform(draw, 0.1, 4),
      options: {
        master: listensAt,
        slots: draw.chance(0.6) ? 1 : draw.integer(1, 4),
        types: allTypes,
        style: draw.chance(0.06) ? "pull" : "auto",
        pollMs: durationMs(tempo.intervalMs * logUniform(draw, 0.3, 1)),
        answerMs: durationMs(tempo.timeoutMs),
        reportMs: durationMs(Math.max(200, tempo.intervalMs * logUniform(draw, 0.5, 2))),
        backOffMaxMs: durationMs(tempo.backOffMaxMs),
        foreignTimeoutMs: durationMs(tempo.visibilityMs),
        foreignLeaseMs: drawForeignLease(draw.fork("foreign lease")),
        malformedPerConnectionMax: 10,
        malformedPerSourceMax: 100,
        muteMs: durationMs(1_000),
      },
    };
  });
}
