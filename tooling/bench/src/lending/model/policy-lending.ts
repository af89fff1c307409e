import { spareWorkers } from "@mutirao/node-core/lending";
import { createPrng, durationMs, instantMs, unreachable } from "@mutirao/primitives";
import type { LendingWorld } from "../world.ts";
import { about, type Cluster, type LendingMessage, masterAt, nowOf } from "./cluster.ts";
import { type Farm, type Lending, runFarms } from "./farms.ts";
import { cancelAsks, evaluate, onGrant } from "./policy-borrowing.ts";
import { tellingOf } from "./policy-choices.ts";
import { dropWant, onAsk, serve } from "./policy-giving.ts";
import { guestLeaves, linger, onReclaim } from "./policy-guests.ts";
import { createPolicyMaster, type Neighbour, type PolicyMaster } from "./policy-master.ts";

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
      const cluster: Cluster = {
        farms,
        masters,
        heartbeatIntervalMs,
        prng: createPrng(`${seed}/lend`),
        post: (from, to, message) =>
          farms.send(() => receive(cluster, masterAt(cluster, to), from.farm.index, message)),
      };
      return createPolicyLending(cluster);
    }),
};

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

function receive(cluster: Cluster, master: PolicyMaster, from: number, message: LendingMessage): void {
  switch (message.kind) {
    case "ask":
      onAsk(cluster, master, from, message);
      break;
    case "grant":
      onGrant(cluster, master, from, message);
      break;
    case "cancel":
      dropWant(master, from);
      break;
    case "reclaim":
      onReclaim(cluster, master, from, message.workers);
      break;
    default:
      unreachable(message);
  }
}
