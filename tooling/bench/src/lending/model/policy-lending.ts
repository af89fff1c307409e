import {
  guestStaysMs,
  lifeMs,
  nextWaveAt,
  spareWorkers,
  standingAskExpired,
  waveBrought,
} from "@mutirao/node-core/lending";
import { createPrng, type DurationMs, durationMs, instantMs, type Prng } from "@mutirao/primitives";
import type { LendingWorld } from "../world.ts";
import { type Farm, type Farms, type Lending, type ModelWorker, runFarms } from "./farms.ts";
import { chooseAsks, chooseCalls, chooseGifts, type Telling, tellingOf } from "./policy-choices.ts";
import { createPolicyMaster, figuresOf, type Neighbour, type PolicyMaster } from "./policy-master.ts";

/**
 * LEND: ours. Every decision is made by the policy functions of node-core, those that masters use; what is between them,
 * asks and grants that travel and workers that come and go, is a model in which nothing is ever lost.
 */
export const policyLending: LendingWorld = {
  name: "LEND",
  run: (trace, conditions, seed) =>
    runFarms(trace, conditions, seed, (farms) => {
      const masters = farms.all.map((farm) => createPolicyMaster(farm, farms.all.length));
      const heartbeatIntervalMs = durationMs(conditions.heartbeatIntervalMs);
      return createPolicyLending({ farms, masters, heartbeatIntervalMs, prng: createPrng(`${seed}/lend`) });
    }),
};

interface Cluster {
  readonly farms: Farms;
  readonly masters: readonly PolicyMaster[];
  readonly heartbeatIntervalMs: DurationMs;
  readonly prng: Prng;
}

const masterAt = ({ masters }: Cluster, index: number): PolicyMaster => masters[index] as PolicyMaster;
const about = ({ neighbours }: PolicyMaster, index: number): Neighbour => neighbours[index] as Neighbour;
const nowOf = ({ farms }: Cluster): number => farms.timeline.nowMs;

function createPolicyLending(cluster: Cluster): Lending {
  const { farms, masters, heartbeatIntervalMs, prng } = cluster;
  const masterOf = ({ index }: Farm): PolicyMaster => masterAt(cluster, index);
  for (const master of masters) farms.timeline.after(prng.next() * heartbeatIntervalMs, () => beat(cluster, master));
  return {
    onTask: (farm) => masterOf(farm).arrivals.onArrivals(1, instantMs(nowOf(cluster))),
    onServed: (farm, serviceMs) => masterOf(farm).serviceTime.onServed(durationMs(serviceMs)),
    onBacklog(farm) {
      if (farm.backlog.size > 0) evaluate(cluster, masterOf(farm));
      else cancelAsks(cluster, masterOf(farm));
    },
    onCame(farm, worker, from, tookMs) {
      const master = masterOf(farm);
      master.moveCost.onMoved(durationMs(tookMs));
      if (worker.owner === farm.index) cameHome(master, about(master, from));
      else cameAsGuest(master, about(master, worker.owner));
    },
    sendsTo(farm, worker) {
      const master = masterOf(farm);
      if (worker.owner === farm.index || about(master, worker.owner).owed === 0) return undefined;
      guestLeaves(master, worker);
      return worker.owner;
    },
    onIdle(farm, worker) {
      if (worker.owner === farm.index) serve(cluster, masterOf(farm));
      else linger(cluster, masterOf(farm), worker);
    },
  };
}

function cameHome({ totals }: PolicyMaster, it: Neighbour): void {
  it.lent--;
  totals.lent--;
  if (it.calledBack === 0) return;
  it.calledBack--;
  totals.calledBack--;
}

function cameAsGuest({ totals }: PolicyMaster, it: Neighbour): void {
  it.incoming--;
  totals.incoming--;
  it.guests++;
}

/** Says to all how it fares, and looks at what no event has brought up. */
function beat(cluster: Cluster, master: PolicyMaster): void {
  const { farms, masters, heartbeatIntervalMs } = cluster;
  farms.timeline.after(heartbeatIntervalMs, () => beat(cluster, master));
  const { waitMs, figures } = tellingOf(master, nowOf(cluster));
  const spare = spareWorkers(figures, Number.POSITIVE_INFINITY);
  for (const other of masters) {
    const it = about(other, master.farm.index);
    [it.spare, it.spareAtMs, it.waitMs] = [spare, nowOf(cluster), waitMs];
  }
  serve(cluster, master);
  evaluate(cluster, master);
}

/** Calls back own workers, or asks for others'. */
function evaluate(cluster: Cluster, master: PolicyMaster): void {
  if (master.farm.backlog.size === 0) return;
  const nowMs = nowOf(cluster);
  for (const { borrower, workers } of chooseCalls(master, figuresOf(master, nowMs))) {
    about(master, borrower).calledBack += workers;
    master.totals.calledBack += workers;
    master.reclaimedAtMs = nowMs;
    cluster.farms.send(() => onReclaim(cluster, masterAt(cluster, borrower), master.farm.index, workers));
  }
  const figures = figuresOf(master, nowMs);
  const nextAtMs = nextWaveAt(master.waves, figures) ?? nowMs;
  if (nowMs < nextAtMs) {
    lookAt(cluster, master, nextAtMs);
    return;
  }
  const wave = chooseAsks(master, figures, { nowMs, heartbeatIntervalMs: cluster.heartbeatIntervalMs }, cluster.prng);
  if (wave === undefined) {
    if (master.totals.asked === 0) cancelAsks(cluster, master);
    return;
  }
  master.waves = wave.waves;
  const told = tellingOf(master, nowMs);
  for (const { lender, workers } of wave.asks) ask(cluster, master, { lender, workers, told });
  lookAt(cluster, master, nextWaveAt(master.waves, figures) ?? nowMs);
}

function lookAt(cluster: Cluster, master: PolicyMaster, atMs: number): void {
  if (master.lookAtMs <= atMs) return;
  master.lookAtMs = atMs;
  cluster.farms.timeline.at(atMs, () => {
    if (master.lookAtMs !== atMs) return;
    master.lookAtMs = Number.POSITIVE_INFINITY;
    evaluate(cluster, master);
  });
}

interface AskFor {
  readonly lender: number;
  readonly workers: number;
  readonly told: Telling;
}

function ask(cluster: Cluster, master: PolicyMaster, { lender, workers, told }: AskFor): void {
  const it = about(master, lender);
  it.asked = workers;
  it.askedAtMs = nowOf(cluster);
  it.spare = Math.max(0, it.spare - workers);
  master.totals.asked += workers;
  cluster.farms.send(() => onAsk(cluster, masterAt(cluster, lender), master.farm.index, workers, told));
}

function onAsk(cluster: Cluster, lender: PolicyMaster, borrower: number, workers: number, told: Telling): void {
  const it = about(lender, borrower);
  const { figures, slots } = told;
  if (it.want === undefined) lender.totals.wants++;
  it.waitMs = told.waitMs;
  const untilMs = nowOf(cluster) + told.lifeMs;
  it.want = { borrower, workers, backlog: figures.backlog, serviceMs: figures.serviceMs, slots, untilMs };
  // Somebody is short of workers: perhaps the owner of a guest that has nothing to do here.
  for (const guest of [...lender.farm.idleGuests]) goHome(cluster, lender, guest);
  serve(cluster, lender, borrower);
}

/**
 * Gives what can be spared to those whose asks stand here.
 *
 * @param answering whose ask has just come, and gets an answer in any case.
 */
function serve(cluster: Cluster, lender: PolicyMaster, answering?: number): void {
  if (lender.totals.wants === 0) return;
  const given = new Map<number, number>(answering === undefined ? [] : [[answering, 0]]);
  for (const { borrower, worker } of chooseGifts(lender, nowOf(cluster))) {
    given.set(borrower, (given.get(borrower) ?? 0) + 1);
    about(lender, borrower).lent++;
    lender.totals.lent++;
    cluster.farms.move(worker, borrower);
  }
  const { figures, waitMs } = tellingOf(lender, nowOf(cluster));
  const spare = spareWorkers(figures, Number.POSITIVE_INFINITY);
  for (const [borrower, count] of given) {
    const it = about(lender, borrower);
    if (it.want !== undefined) {
      it.want = { ...it.want, workers: it.want.workers - count, slots: it.want.slots + count };
      if (it.want.workers <= 0) dropWant(lender, borrower);
    }
    const grant = { lender: lender.farm.index, count, spare, waitMs, isAnswer: borrower === answering };
    cluster.farms.send(() => onGrant(cluster, masterAt(cluster, borrower), grant));
  }
}

function dropWant(lender: PolicyMaster, borrower: number): void {
  const it = about(lender, borrower);
  if (it.want === undefined) return;
  it.want = undefined;
  lender.totals.wants--;
}

interface Grant {
  readonly lender: number;
  readonly count: number;
  readonly spare: number;
  readonly waitMs: DurationMs;
  /** It answers an ask; otherwise it serves one that stood. */
  readonly isAnswer: boolean;
}

const USUAL_SPARE_WEIGHT = 0.1;

function onGrant(cluster: Cluster, master: PolicyMaster, { lender, count, spare, waitMs, isAnswer }: Grant): void {
  const it = about(master, lender);
  it.incoming += count;
  master.totals.incoming += count;
  [it.spare, it.spareAtMs, it.waitMs] = [spare, nowOf(cluster), waitMs];
  if (count > 0) master.waves = waveBrought(master.waves);
  if (isAnswer) {
    master.usualSpare += USUAL_SPARE_WEIGHT * (count + spare - master.usualSpare);
    master.moveCost.onAnswered(durationMs(nowOf(cluster) - it.askedAtMs));
    if (count < it.asked) stand(cluster, master, it);
    master.totals.asked -= it.asked;
    it.asked = 0;
  }
  evaluate(cluster, master);
}

/** What an ask was not given stands at the lender for a while. */
function stand(cluster: Cluster, master: PolicyMaster, it: Neighbour): void {
  const forMs = lifeMs(figuresOf(master, nowOf(cluster)));
  const untilMs = nowOf(cluster) + forMs;
  it.standingUntilMs = untilMs;
  cluster.farms.timeline.after(forMs, () => {
    if (it.standingUntilMs !== untilMs) return;
    it.standingUntilMs = Number.NEGATIVE_INFINITY;
    master.waves = standingAskExpired(master.waves, instantMs(untilMs));
    evaluate(cluster, master);
  });
}

/** No more workers are needed than there are, or come. */
function cancelAsks(cluster: Cluster, master: PolicyMaster): void {
  for (const [lender, it] of master.neighbours.entries()) {
    if (it.standingUntilMs < nowOf(cluster)) continue;
    it.standingUntilMs = Number.NEGATIVE_INFINITY;
    cluster.farms.send(() => dropWant(masterAt(cluster, lender), master.farm.index));
  }
}

function goHome(cluster: Cluster, host: PolicyMaster, guest: ModelWorker): void {
  guestLeaves(host, guest);
  cluster.farms.move(guest, guest.owner);
}

function guestLeaves(host: PolicyMaster, guest: ModelWorker): void {
  const it = about(host, guest.owner);
  it.guests--;
  if (it.owed === 0) return;
  it.owed--;
  host.totals.owed--;
}

/** Idle guests of that owner go at once, and the first of the others that end their task. */
function onReclaim(cluster: Cluster, host: PolicyMaster, owner: number, workers: number): void {
  const idle = host.farm.idleGuests.filter((guest) => guest.owner === owner).slice(0, workers);
  for (const guest of idle) goHome(cluster, host, guest);
  const it = about(host, owner);
  const owed = Math.max(0, Math.min(workers - idle.length, it.guests + it.incoming - it.owed));
  it.owed += owed;
  host.totals.owed += owed;
}

/** Looks whether an idle guest should go, again and again until it is not idle any more, or gone. */
function linger(cluster: Cluster, host: PolicyMaster, guest: ModelWorker): void {
  const { idleSinceMs, hereSinceMs } = guest;
  const nowMs = nowOf(cluster);
  const idle = { idleMs: durationMs(nowMs - idleSinceMs), heldMs: durationMs(nowMs - hereSinceMs), slots: 1 };
  const staysMs = guestStaysMs(figuresOf(host, nowMs), idle);
  if (staysMs <= 0) {
    goHome(cluster, host, guest);
    return;
  }
  cluster.farms.timeline.after(staysMs, () => {
    if (guest.isIdle && guest.at === host.farm.index && guest.idleSinceMs === idleSinceMs) linger(cluster, host, guest);
  });
}
