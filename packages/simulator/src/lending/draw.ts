import { createPrng, type Endpoint, type Prng } from "@mutirao/primitives";
import { drawNetwork } from "../farm/draw.ts";
import { addMachine, drawTempo, type FarmTempo } from "../farm/draw-process.ts";
import type { FarmFaultName } from "../farm/faults/farm-fault.ts";
import { farmFaultNames } from "../farm/faults/table.ts";
import type { MasterPlan, WorkerPlan } from "../farm/plan.ts";
import { logUniform } from "../log-uniform.ts";
import { drawForeignMasters, drawMoversOfOurs } from "./draw-foreign-masters.ts";
import { drawLenders } from "./draw-masters.ts";
import { drawLentWorkers } from "./draw-workers.ts";
import type { LendingFaultName } from "./faults/lending-fault.ts";
import { lendingFaultNames } from "./faults/names.ts";
import type { LendingPlan } from "./plan.ts";

/** Draws everything about a run from its seed. */
export function drawLendingPlan(seed: string): LendingPlan {
  const prng = createPrng(seed).fork("lending");
  const { tempo, paceMs } = drawLendingTempo(prng.fork("tempo"));
  const machines: string[][] = [];
  const faults = drawFaults(prng.fork("faults"));
  const count = drawCount(prng.fork("size"));
  const homes = Array.from({ length: count }, () => addMachine(machines));
  const foreign = drawForeignMasters(machines, tempo, prng.fork("foreign"));
  const strangers = foreign.masters.map(({ listensAt }) => listensAt);
  const masters = drawLenders(homes, machines, strangers, tempo, prng.fork("masters"));
  const workers = masters.flatMap((master, index) =>
    drawLentWorkers(machines, tempo, master, { index, masters: count }, prng.fork(`workers-${index}`)),
  );
  const movers = [...foreign.movers, ...drawMoversOfOurs(machines, tempo, masters, prng.fork("movers"))];
  const leaseMaxMs = longestLease(masters, workers, foreign.masters.length + movers.length > 0);
  const lengths = prng.fork("lengths");
  const safetyMs = paceMs * (8 + 6 * lengths.next());
  return {
    seed,
    network: drawNetwork(tempo, prng.fork("network")),
    machines,
    masters,
    workers,
    foreigners: [],
    ...faults,
    foreignMasters: foreign.masters.map((master) => ({ ...master, peers: thoseThatKnow(masters, master.listensAt) })),
    movers,
    forger: addMachine(machines),
    leaseMaxMs,
    safetyMs,
    // What is left at the end is at most what a master never gives back, until its lease is over.
    livenessMs: 400 * tempo.timeoutMs + 40 * tempo.visibilityMs + 1.5 * leaseMaxMs,
    faultGapMs: safetyMs / logUniform(lengths, 5, 25),
    faultMaxMs: paceMs * logUniform(lengths, 0.5, 3),
  };
}

/** The longest that anybody stays anywhere without a sign of either master. */
function longestLease(masters: readonly MasterPlan[], workers: readonly WorkerPlan[], isMixed: boolean): number {
  const ours = masters.map(({ options }) => options.leaseMs);
  // Workers that ask for each task are told no length, so each has its own.
  const foreign = [...masters, ...workers].map(({ options }) => options.foreignLeaseMs);
  return Math.max(...ours, ...(isMixed ? foreign : []));
}

const thoseThatKnow = (masters: readonly MasterPlan[], at: Endpoint): readonly Endpoint[] =>
  masters.filter(({ options }) => options.peers.includes(at)).map(({ listensAt }) => listensAt);

/** Small worlds mostly: what three masters can do to each other, two or three workers show. */
function drawCount(prng: Prng): number {
  if (prng.chance(0.55)) return 2;
  if (prng.chance(0.6)) return 3;
  return prng.chance(0.85) ? prng.integer(4, 6) : prng.integer(7, 16);
}

/** Some masters are more patient with each other than an offer lasts, and then it is the offer that ends first. */
const PATIENT_MS = 11_000;
const PATIENT_FROM_MS = 1_000;

/**
 * Tasks are short beside everything else, so that several moves fit into a run.
 *
 * @returns with `paceMs`, by which the lengths of the run and its faults go, also where masters are patient.
 */
function drawLendingTempo(prng: Prng): { readonly tempo: FarmTempo; readonly paceMs: number } {
  const tempo = drawTempo(prng);
  const { intervalMs } = tempo;
  const isPatient = intervalMs > PATIENT_FROM_MS && prng.chance(0.4);
  const timeoutMs = isPatient ? Math.max(tempo.timeoutMs, PATIENT_MS * (1 + 0.3 * prng.next())) : tempo.timeoutMs;
  const serviceMs = intervalMs * logUniform(prng, 0.05, 1);
  return {
    tempo: { ...tempo, timeoutMs, slackMs: timeoutMs - intervalMs, serviceMs },
    paceMs: tempo.timeoutMs,
  };
}

/** Faults of the farm that have nothing to do with lending, and would only make runs longer. */
const unwanted: ReadonlySet<FarmFaultName> = new Set<FarmFaultName>(["foreign-kill"]);

function drawFaults(prng: Prng): {
  readonly faults: readonly FarmFaultName[];
  readonly lendingFaults: readonly LendingFaultName[];
} {
  if (prng.chance(0.15)) return { faults: [], lendingFaults: [] };
  const share = prng.pick([0.1, 0.2, 0.4, 0.6]);
  return {
    faults: farmFaultNames.filter((name) => !unwanted.has(name) && prng.chance(share)),
    lendingFaults: lendingFaultNames.filter(() => prng.chance(share + 0.1)),
  };
}
