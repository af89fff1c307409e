import { createPrng, isDialled } from "@mutirao/primitives";
import { scheduleFaults } from "../../faults/fault-engine.ts";
import type { Step } from "../../hosts/sim-host.ts";
import {
  createJudges,
  describeFailure,
  type Failure,
  type RunOptions,
  type RunResult,
  runUntil,
} from "../../run-result.ts";
import { createTrace, type Trace } from "../../trace.ts";
import { checkers } from "../checkers/table.ts";
import { createFloodWatcher } from "../faults/flood.ts";
import { faults } from "../faults/table.ts";
import { countPlan, createSightCounters, createSightSeer } from "../sights.ts";
import { boot, stop, type Watch } from "./boot.ts";
import { type Creation, createWorld } from "./create-world.ts";
import { describePlan } from "./describe-plan.ts";
import { drawPlan } from "./draw.ts";
import { isSettled } from "./reachability.ts";
import type { Checker, Inspection, NodeLife, Observation, World } from "./world.ts";

/**
 * Runs one seed: first with faults, then, long enough for every bound to be reached, without. The checkers look at every
 * step; the first that finds something ends the run.
 */
export function runSeed(seed: string, options: RunOptions = {}): RunResult {
  const plan = drawPlan(seed);
  const counters = createSightCounters();
  const trace = createTrace(options);
  const creation = createWorld(plan, counters, createPrng(seed).fork("run"));
  const { world } = creation;
  countPlan(plan, counters);
  let failure: Failure | undefined;
  try {
    play(creation, trace, options.only);
  } catch (error) {
    failure = describeFailure(error, world.scheduler, trace);
  }
  const { fingerprint, steps } = trace;
  return { seed, plan: describePlan(plan), failure, fingerprint, steps, simulatedMs: world.scheduler.now, counters };
}

function play(creation: Creation, trace: Trace, only: string | undefined): void {
  const { world } = creation;
  const { scheduler, plan } = world;
  const judges = createJudges<World, Checker>(checkers, world, only);
  const watchers = [createFloodWatcher(world), ...judges, createSightSeer(world)];
  const watch = createWatch(creation, watchers, trace);
  for (const slot of world.slots) scheduler.after(slot.plan.startsAtMs, () => slot.life ?? boot(world, watch, slot));
  const names = plan.faults.filter((name) => name !== "flood");
  scheduleFaults(world, trace, names, plan, (name, prng, durationMs) =>
    faults[name].begin({ world, watch, prng, durationMs }),
  );
  runUntil(scheduler, plan.safetyMs);

  calmDown(creation, watch, trace);
  settle(world);
  for (const watcher of watchers) watcher.finish?.();
  for (const { life } of world.slots) if (life !== undefined) stop(world, watch, life);
}

/** Of peace, in timeouts, at the end of a run: nobody who is alive may be accused in it. */
const PEACE_TIMEOUTS = 3;

/**
 * Runs on until everybody who is alive has been found alive by all for a few timeouts; at the latest until all bounds
 * are reached, when the checkers will have said who is not.
 */
function settle(world: World): void {
  const { scheduler, plan } = world;
  const endsAt = plan.safetyMs + plan.livenessMs;
  const timeoutMs = Math.max(...plan.nodes.map(({ options }) => options.timeoutMs));
  for (let peaceful = 0; peaceful < PEACE_TIMEOUTS && scheduler.now < endsAt; ) {
    runUntil(scheduler, scheduler.now + timeoutMs);
    peaceful = isSettled(world) ? peaceful + 1 : 0;
  }
}

/** The faults are over: what they did is undone, and whoever is down and not dead for good comes back. */
function calmDown(creation: Creation, watch: Watch, trace: Trace): void {
  const { world } = creation;
  trace.remark("the faults are over", world.scheduler.now);
  world.isCalmForGood = true;
  creation.endFaults();
  for (const foreigner of world.foreigners) foreigner.calmDown();
  for (const slot of world.slots) if (slot.life === undefined && !slot.isDead) boot(world, watch, slot);
}

/** After steps that should change no entry the entries are looked at, too, but not each time: they are most steps. */
const IDLE_LOOK_EVERY = 8;

/** Only an answer to a question of ours, or the time, may change an entry. */
function isWorthALook({ event, effects }: Step): boolean {
  if (event.type === "wake" || (event.type === "message-received" && isDialled(event.conn))) return true;
  return effects.some(({ type }) => type === "notify");
}

/** Shows every step to the checkers, with what it meant. */
function createWatch({ world, enter, nextParty }: Creation, watchers: readonly Checker[], trace: Trace): Watch {
  const { scheduler } = world;
  return {
    nextParty,
    stepped(life: NodeLife, step: Step) {
      trace.note(life, step);
      const happenings = life.ledger.note(step);
      const observation: Observation = { ...step, life, happenings };
      for (const watcher of watchers) watcher.observe?.(observation);
      if (!isWorthALook(step) && trace.steps % IDLE_LOOK_EVERY !== 0) return;
      const inspection: Inspection = { ...observation, rows: life.core.registry() };
      for (const watcher of watchers) watcher.inspect?.(inspection);
    },
    began(life) {
      trace.remark(`node ${life.slot.index} begins life ${life.number} as ${life.id}`, scheduler.now);
      enter(life);
      for (const watcher of watchers) watcher.lifeBegan?.(life);
    },
    stopped(life) {
      for (const watcher of watchers) watcher.lifeStopped?.(life);
    },
    ended(life) {
      trace.remark(`node ${life.slot.index} ends life ${life.number}`, scheduler.now);
      for (const watcher of watchers) watcher.lifeEnded?.(life);
    },
  };
}
