import { lifeMs, nextWaveAt, standingAskExpired, waveBrought } from "@mutirao/node-core/lending";
import { durationMs, instantMs } from "@mutirao/primitives";
import { about, type Cluster, type LendingMessage, nowOf } from "./cluster.ts";
import { chooseAsks, chooseCalls, tellingOf } from "./policy-choices.ts";
import { figuresOf, type Neighbour, type PolicyMaster } from "./policy-master.ts";

/** Calls back own workers, or asks for others'. */
export function evaluate(cluster: Cluster, master: PolicyMaster): void {
  if (master.farm.backlog.size === 0) return;
  const nowMs = nowOf(cluster);
  for (const { borrower, workers } of chooseCalls(master, figuresOf(master, nowMs))) {
    about(master, borrower).calledBack += workers;
    master.totals.calledBack += workers;
    master.reclaimedAtMs = nowMs;
    cluster.post(master, borrower, { kind: "reclaim", workers });
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
  for (const { lender, workers } of wave.asks) ask(cluster, master, lender, { kind: "ask", workers, told });
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

function ask(cluster: Cluster, master: PolicyMaster, lender: number, message: LendingMessage & { kind: "ask" }): void {
  const it = about(master, lender);
  it.asked = message.workers;
  it.askedAtMs = nowOf(cluster);
  it.spare = Math.max(0, it.spare - message.workers);
  master.totals.asked += message.workers;
  cluster.post(master, lender, message);
}

const USUAL_SPARE_WEIGHT = 0.1;

export function onGrant(
  cluster: Cluster,
  master: PolicyMaster,
  lender: number,
  { count, spare, waitMs, isAnswer }: LendingMessage & { kind: "grant" },
): void {
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
export function cancelAsks(cluster: Cluster, master: PolicyMaster): void {
  for (const [lender, it] of master.neighbours.entries()) {
    if (it.standingUntilMs < nowOf(cluster)) continue;
    it.standingUntilMs = Number.NEGATIVE_INFINITY;
    cluster.post(master, lender, { kind: "cancel" });
  }
}
