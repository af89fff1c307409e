import { type MasterNodeOptions, masterDefaults } from "@mutirao/node-core";
import { createPrng, durationMs, type Endpoint, nodeId, type Prng } from "@mutirao/primitives";
import { logUniform } from "../log-uniform.ts";
import { addMachine, drawProcess, drawTempo, type FarmTempo } from "./draw-process.ts";
import { drawForeignWorkers, drawWorkers } from "./draw-workers.ts";
import { drawWorkload } from "./draw-workload.ts";
import type { FarmFaultName } from "./faults/farm-fault.ts";
import { farmFaultNames } from "./faults/table.ts";
import type { FarmNetworkPlan, FarmPlan, MasterPlan } from "./plan.ts";

const PORT = 9_101;

/** Draws everything about a run from its seed: sizes, rhythm, workloads, who knows whom, what will go wrong. */
export function drawFarmPlan(seed: string): FarmPlan {
  const prng = createPrng(seed).fork("farm");
  const tempo = drawTempo(prng.fork("tempo"));
  const machines: string[][] = [];
  const faults = drawFaults(prng.fork("faults"));
  const masters = drawMasters(machines, tempo, prng.fork("masters"));
  const workers = masters.flatMap((master, index) =>
    drawWorkers(machines, tempo, master, index, masters.length, prng.fork(`workers-${index}`)),
  );
  const foreigners = masters.flatMap((master, index) =>
    drawForeignWorkers(machines, tempo, master, index, prng.fork(`foreigners-${index}`)),
  );
  const lengths = prng.fork("lengths");
  const safetyMs = tempo.timeoutMs * (8 + 6 * lengths.next());
  return {
    seed,
    network: drawNetwork(tempo, prng.fork("network")),
    machines,
    masters,
    workers,
    foreigners,
    faults,
    safetyMs,
    livenessMs: 400 * tempo.timeoutMs + 40 * tempo.visibilityMs,
    faultGapMs: safetyMs / logUniform(lengths, 5, 25),
    faultMaxMs: tempo.timeoutMs * logUniform(lengths, 0.5, 3),
  };
}

/** Each fault is in about a third of all runs: some mistakes only show while another fault is absent. */
function drawFaults(prng: Prng): readonly FarmFaultName[] {
  if (prng.chance(0.1)) return [];
  const share = prng.pick([0.15, 0.3, 0.5, 0.7]);
  return farmFaultNames.filter(() => prng.chance(share));
}

function drawMasters(machines: string[][], tempo: FarmTempo, prng: Prng): readonly MasterPlan[] {
  const count = prng.chance(0.65) ? 1 : prng.integer(2, 4);
  const homes = Array.from({ length: count }, () => addMachine(machines));
  const at = (machine: number): Endpoint => ({ host: machines[machine]?.[0] ?? "10.9.9.9", port: PORT });
  return homes.map((machine, index): MasterPlan => {
    const draw = prng.fork(`master-${index}`);
    const peers = homes.filter((other) => other !== machine).map(at);
    return {
      id: nodeId(`master-${index}`),
      machine,
      ...drawProcess(tempo, draw),
      startsAtMs: 0,
      listensAt: at(machine),
      options: drawMasterOptions(tempo, peers, draw),
      disk: { commitMinMs: draw.next(), commitMaxMs: logUniform(draw, 1, 40) },
      workload: drawWorkload(tempo, count, draw),
      measureMs: Math.max(1_000, tempo.intervalMs),
    };
  });
}

export function drawMasterOptions(tempo: FarmTempo, peers: readonly Endpoint[], prng: Prng): MasterNodeOptions {
  const { intervalMs, timeoutMs, graceMs, visibilityMs, backOffMaxMs } = tempo;
  const backlogHigh = prng.integer(2, 12);
  const waitHighMs = intervalMs * logUniform(prng, 0.5, 5);
  const watchesWait = prng.chance(0.4);
  return {
    ...masterDefaults,
    // Who lends whom is a world of its own.
    lending: "off",
    peers,
    intervalMs: durationMs(intervalMs),
    timeoutMs: durationMs(timeoutMs),
    answerMs: durationMs(timeoutMs / 2),
    backOffMaxMs: durationMs(backOffMaxMs),
    dialsMax: 8,
    firstDialect: "class",
    strangersMax: 8,
    malformedPerConnectionMax: prng.integer(1, 10),
    malformedPerSourceMax: prng.integer(50, 100),
    muteMs: durationMs(intervalMs),
    pushPort: PORT + 1,
    graceMs: durationMs(graceMs),
    visibilityMs: durationMs(visibilityMs),
    visibilityMaxMs: durationMs(visibilityMs * prng.pick([1, 4])),
    classTimeoutMs: durationMs(Math.max(timeoutMs, visibilityMs) * (1.5 + prng.next())),
    workersMax: prng.chance(0.15) ? prng.integer(1, 4) : 100,
    workerLinesPerSecondMax: 100_000,
    lossesMax: prng.integer(1, 4),
    retryMs: durationMs(intervalMs * logUniform(prng, 0.05, 1)),
    retryMaxMs: durationMs(intervalMs * logUniform(prng, 0.5, 3)),
    backlogMax: prng.chance(0.2) ? prng.integer(5, 30) : 1_000,
    backlogMaxBytes: 1_000_000,
    keepMs: durationMs(prng.chance(0.2) ? 1_000 + timeoutMs * 4 : 86_400_000),
    keepMax: prng.chance(0.2) ? prng.integer(5, 20) : 1_000,
    backlogHigh,
    backlogLow: prng.integer(0, backlogHigh - 1),
    ...(watchesWait ? { waitHighMs: durationMs(waitHighMs), waitLowMs: durationMs(waitHighMs * prng.next()) } : {}),
  };
}

/** Delays that healthy processes cannot fail by. */
export function drawNetwork(tempo: FarmTempo, prng: Prng): FarmNetworkPlan {
  const wayMaxMs = Math.min(40, tempo.slackMs / 16, tempo.connectMs / 12);
  const wayMs = logUniform(prng, 0.05, Math.max(0.1, wayMaxMs));
  const steadiness = prng.next();
  return {
    latencyMs: wayMs * steadiness,
    jitterMs: wayMs * (1 - steadiness),
    style: {
      cutRate: prng.pick([0, 0.1, 0.3]),
      byteByByteRate: prng.pick([0, 0, 0, 0.02]),
      mergeRate: prng.pick([0, 0.3, 0.6]),
      windowBytes: prng.pick([4_096, 65_536]),
    },
    giveUpMs: tempo.timeoutMs * logUniform(prng, 0.3, 10),
    lateNewsRate: prng.pick([0, 0.2, 1]),
  };
}
