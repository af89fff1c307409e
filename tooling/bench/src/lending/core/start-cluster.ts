import { assert, createPrng } from "@mutirao/primitives";
import {
  createNameService,
  createScheduler,
  createSimNetwork,
  type Scheduler,
  worldMs,
} from "@mutirao/simulator/parts";
import type { Conditions, Trace } from "../world.ts";
import { bootMaster, type Master } from "./boot-master.ts";
import { bootWorker } from "./boot-worker.ts";
import { type Cluster, type Company, peersOf, type Sights } from "./cluster.ts";

/** A network that carries lines whole, at once, and as many as there are. */
const STYLE = { cutRate: 0, byteByByteRate: 0, mergeRate: 0, windowBytes: 1_048_576 };
const NEVER_MS = 3_600_000;
/** So long at most until all know each other. */
const MEETING_MS = 60_000;
const LOOK_EVERY_MS = 500;

/**
 * Puts up a cluster, and waits until its masters know each other and all workers are at home.
 */
export function startCluster(
  trace: Trace,
  conditions: Conditions,
  seed: string,
  company: Company,
): { readonly cluster: Cluster; readonly masters: readonly Master[] } {
  const prng = createPrng(`${seed}/cluster`);
  const scheduler = createScheduler();
  const { latencyMs } = conditions;
  const network = createSimNetwork(scheduler, prng.fork("network"), {
    style: STYLE,
    latencyMs: latencyMs / 2,
    jitterMs: latencyMs,
    giveUpMs: NEVER_MS,
    saw() {},
  });
  const names = createNameService(scheduler, latencyMs);
  const sights: Sights = {
    endedAtMs: new Float64Array(trace.tasks.length).fill(Number.NaN),
    isBorrowed: new Uint8Array(trace.tasks.length),
    lent: new Set(),
    moves: 0,
    messages: 0,
    done: 0,
  };
  const cluster: Cluster = {
    trace,
    conditions,
    company,
    prng,
    scheduler,
    sights,
    placeAt: (host) => ({
      scheduler,
      network,
      names,
      machine: network.addMachine([host]),
      localHost: host,
      lateNewsRate: 0,
      hasDescriptors: () => true,
    }),
  };
  const masters = Array.from({ length: trace.masters }, (_, index) => bootMaster(cluster, index));
  for (let worker = 0; worker < trace.masters * trace.workersEach; worker++) bootWorker(cluster, worker);
  while (!masters.every((master) => hasMet(master, cluster))) {
    assert(scheduler.now < MEETING_MS, "masters and workers find each other where nothing is lost");
    runUntil(scheduler, scheduler.now + LOOK_EVERY_MS);
  }
  return { cluster, masters };
}

function hasMet({ index, core, now }: Master, cluster: Cluster): boolean {
  const alive = core.registry().filter(({ status }) => status === "ALIVE").length;
  return alive === peersOf(cluster, index).length && core.workers(now()).length === cluster.trace.workersEach;
}

/** Lets everything happen that is due by then. */
export function runUntil(scheduler: Scheduler, untilMs: number): void {
  while (scheduler.step(worldMs(untilMs)));
}
