import {
  type AskWaves,
  createArrivalRate,
  createMoveCost,
  createServiceTime,
  firstAskWaves,
  type LendingFigures,
  type Want,
} from "@mutirao/node-core/lending";
import { type DurationMs, durationMs, instantMs } from "@mutirao/primitives";
import type { Farm } from "./farms.ts";

/** What is taken for the service time before a task was done. */
const PRIOR_MS = durationMs(100);

/** What a master is taken to be able to spare before one has answered. */
const FIRST_USUAL_SPARE = 4;

/** Another master, as one master knows it. */
export interface Neighbour {
  /** Workers that it said it could spare, less what it was asked for since; and when it said so. */
  spare: number;
  spareAtMs: number;
  /** How long its tasks wait, as it said last. */
  waitMs: DurationMs | undefined;
  /** Own workers that it has, or that are on the way between us; and how many of them were called back. */
  lent: number;
  calledBack: number;
  /** Workers that it granted and that have not come yet. */
  incoming: number;
  /** Its workers that are here, and how many of them it wants back when their task ends. */
  guests: number;
  owed: number;
  /** Workers that it was asked for and has not answered for. */
  asked: number;
  askedAtMs: number;
  /** Until when it holds a standing ask of ours. */
  standingUntilMs: number;
  /** Its own ask that stands here. */
  want: (Want<number> & { readonly untilMs: number }) | undefined;
}

/** One master that lends by the policy: what it measures, and what it knows of the others. */
export interface PolicyMaster {
  readonly farm: Farm;
  readonly neighbours: readonly Neighbour[];
  readonly serviceTime: ReturnType<typeof createServiceTime>;
  readonly arrivals: ReturnType<typeof createArrivalRate>;
  readonly moveCost: ReturnType<typeof createMoveCost>;
  readonly totals: Totals;
  waves: AskWaves;
  /** How many workers those who answered could give or spare, on average. */
  usualSpare: number;
  reclaimedAtMs: number | undefined;
  /** When it will look again whether to ask; infinite if it need not. */
  lookAtMs: number;
}

/** Sums over the neighbours. */
export interface Totals {
  lent: number;
  calledBack: number;
  incoming: number;
  owed: number;
  asked: number;
  /** How many asks of others stand here. */
  wants: number;
}

export function createPolicyMaster(farm: Farm, masters: number): PolicyMaster {
  const serviceTime = createServiceTime();
  return {
    farm,
    neighbours: Array.from({ length: masters }, createNeighbour),
    serviceTime,
    arrivals: createArrivalRate(() => serviceTime.measuredMs ?? 0),
    moveCost: createMoveCost(),
    totals: { lent: 0, calledBack: 0, incoming: 0, owed: 0, asked: 0, wants: 0 },
    waves: firstAskWaves,
    usualSpare: FIRST_USUAL_SPARE,
    reclaimedAtMs: undefined,
    lookAtMs: Number.POSITIVE_INFINITY,
  };
}

const createNeighbour = (): Neighbour => ({
  spare: 0,
  spareAtMs: Number.NEGATIVE_INFINITY,
  waitMs: undefined,
  lent: 0,
  calledBack: 0,
  incoming: 0,
  guests: 0,
  owed: 0,
  asked: 0,
  askedAtMs: 0,
  standingUntilMs: Number.NEGATIVE_INFINITY,
  want: undefined,
});

export function figuresOf(master: PolicyMaster, nowMs: number): LendingFigures {
  const { farm, totals, serviceTime, arrivals, moveCost, reclaimedAtMs } = master;
  return {
    serviceMs: serviceTime.measuredMs ?? PRIOR_MS,
    moveMs: moveCost.moveMs,
    latencyMs: moveCost.latencyMs,
    backlog: farm.backlog.size,
    arrivalsPerMs: arrivals.perMs(instantMs(nowMs)),
    slotsPerWorker: 1,
    present: farm.own + farm.guests,
    leaving: totals.owed,
    idleOwn: farm.idleOwn.length,
    guests: farm.guests,
    incoming: totals.incoming,
    lent: totals.lent,
    beingReclaimed: totals.calledBack,
    asked: totals.asked,
    sinceReclaimMs: reclaimedAtMs === undefined ? undefined : nowMs - reclaimedAtMs,
  };
}
