import { createPrng } from "@mutirao/primitives";
import { scheduleFaults } from "../faults/fault-engine.ts";
import {
  createJudges,
  describeFailure,
  type Failure,
  type RunOptions,
  type RunResult,
  runUntil,
} from "../run-result.ts";
import { createTrace, type Trace } from "../trace.ts";
import { bootMaster, stopMaster } from "./boot-master.ts";
import { bootWorker } from "./boot-worker.ts";
import { checkers } from "./checkers/table.ts";
import { createFarmWorld, type FarmCreation } from "./create-world.ts";
import { describeFarmPlan } from "./describe-plan.ts";
import { drawFarmPlan } from "./draw.ts";
import { farmFaults } from "./faults/table.ts";
import { isFarmSettled } from "./settled.ts";
import { countFarmPlan, createFarmCounters, createFarmSeer } from "./sights.ts";
import type { FarmWatch } from "./watch.ts";
import type { DurableChange, FarmChecker, FarmWorld } from "./world.ts";

/**
 * Runs one seed of the world of masters and workers: first with faults, then without, until every task has ended and
 * everything is said, or until the bound for that is reached.
 */
export function runFarm(seed: string, options: RunOptions = {}): RunResult {
  const plan = drawFarmPlan(seed);
  const counters = createFarmCounters();
  const trace = createTrace(options.print);
  const watchers: FarmChecker[] = [];
  const onDurable = (change: DurableChange): void => {
    for (const watcher of watchers) watcher.durable?.(change);
  };
  const creation = createFarmWorld(plan, counters, createPrng(seed).fork("run"), onDurable);
  const { world } = creation;
  countFarmPlan(plan, counters);
  let failure: Failure | undefined;
  try {
    watchers.push(...createJudges<FarmWorld, FarmChecker>(checkers, world, options.only), createFarmSeer(world));
    play(creation, watchers, trace);
  } catch (error) {
    failure = describeFailure(error, world.scheduler, trace);
  }
  const { fingerprint, steps } = trace;
  const simulatedMs = world.scheduler.now;
  return { seed, plan: describeFarmPlan(plan), failure, fingerprint, steps, simulatedMs, counters };
}

function play(creation: FarmCreation, watchers: readonly FarmChecker[], trace: Trace): void {
  const { world } = creation;
  const { scheduler, plan } = world;
  const watch = createWatch(world, watchers, trace);
  for (const slot of world.masters) {
    scheduler.after(slot.plan.startsAtMs, () => slot.life ?? bootMaster(world, watch, slot));
    slot.submitter.start();
  }
  for (const slot of world.workers) {
    scheduler.after(slot.plan.startsAtMs, () => slot.life ?? bootWorker(world, watch, slot));
  }
  for (const foreigner of world.foreigners) foreigner.start();
  scheduleFaults(world, trace, plan.faults, plan, (name, prng, durationMs) =>
    farmFaults[name].begin({ world, watch, prng, durationMs }),
  );
  runUntil(scheduler, plan.safetyMs);
  calmDown(creation, watch, trace);
  settle(world);
  for (const watcher of watchers) watcher.finish?.();
  for (const { life } of world.masters) if (life !== undefined) stopMaster(world, watch, life);
}

/** The faults are over: what they did is undone, and whoever is down comes back. */
function calmDown({ world, endFaults }: FarmCreation, watch: FarmWatch, trace: Trace): void {
  trace.remark("the faults are over", world.scheduler.now);
  world.isCalmForGood = true;
  endFaults();
  for (const slot of world.masters) {
    slot.submitter.calmDown();
    if (slot.life === undefined) bootMaster(world, watch, slot);
  }
  for (const slot of world.workers) {
    slot.isDown = false;
    if (slot.life === undefined) bootWorker(world, watch, slot);
  }
  for (const foreigner of world.foreigners) foreigner.calmDown();
}

/** Runs on until all is done, and a little longer. */
function settle(world: FarmWorld): void {
  const { scheduler, plan } = world;
  const endsAt = plan.safetyMs + plan.livenessMs;
  const timeoutMs = Math.max(...plan.masters.map(({ options }) => options.timeoutMs));
  for (let peaceful = 0; peaceful < 2 && scheduler.now < endsAt; ) {
    runUntil(scheduler, scheduler.now + timeoutMs / 2);
    peaceful = isFarmSettled(world) ? peaceful + 1 : 0;
  }
}

/** One in so many steps of a master is followed by a look at everything. */
const SCAN_EVERY = 16;

/** Shows every step to the checkers, with what it meant. */
function createWatch(world: FarmWorld, watchers: readonly FarmChecker[], trace: Trace): FarmWatch {
  const { scheduler } = world;
  let lives = 0;
  return {
    nextLife: () => lives++,
    masterStepped(life, step) {
      trace.note(life, step);
      const observation = { ...step, life, news: life.book.note(step) };
      for (const watcher of watchers) watcher.master?.(observation);
      if (trace.steps % SCAN_EVERY !== 0) return;
      for (const watcher of watchers) watcher.scan?.(observation);
    },
    workerStepped(life, step) {
      trace.note(life, step);
      for (const watcher of watchers) watcher.worker?.({ ...step, life });
    },
    began(life) {
      trace.remark(`${life.label} begins life ${life.number}`, scheduler.now);
      for (const watcher of watchers) watcher.lifeBegan?.(life);
    },
    stopped(life) {
      for (const watcher of watchers) watcher.lifeStopped?.(life);
    },
    ended(life) {
      trace.remark(`${life.label} ends life ${life.number}`, scheduler.now);
      for (const watcher of watchers) watcher.lifeEnded?.(life);
    },
  };
}
