import { AssertionError, createPrng, isDialled } from "@mutirao/primitives";
import { type CheckerName, checkers } from "../checkers/table.ts";
import type { Counters } from "../counters.ts";
import { createFloodWatcher } from "../faults/flood.ts";
import type { Step } from "../hosts/sim-host.ts";
import { worldMs } from "../scheduler.ts";
import { countPlan, createSightCounters, createSightSeer } from "../sights.ts";
import { createTrace, type Trace } from "../trace.ts";
import { boot, stop, type Watch } from "./boot.ts";
import { type Creation, createWorld } from "./create-world.ts";
import { drawPlan } from "./draw.ts";
import { scheduleFaults } from "./fault-engine.ts";
import type { SwarmPlan } from "./plan.ts";
import { isSettled } from "./reachability.ts";
import { SimViolation } from "./violation.ts";
import type { Checker, CreateChecker, Inspection, NodeLife, Observation, World } from "./world.ts";

/** What a run came to. */
export interface RunResult {
  readonly seed: string;
  readonly plan: SwarmPlan;
  readonly failure: Failure | undefined;
  /** Equal for runs that went the same way. */
  readonly fingerprint: string;
  /** Calls of cores. */
  readonly steps: number;
  readonly simulatedMs: number;
  readonly counters: Counters;
}

export interface RunOptions {
  /** Called with each step, if they are to be seen. */
  readonly print?: (line: string) => void;
  /** The only checker that is to judge. */
  readonly only?: CheckerName | undefined;
}

export interface Failure {
  readonly checker: string;
  readonly problem: string;
  readonly atMs: number;
  /** The last things that happened, the failing one at the end. */
  readonly lastEvents: readonly string[];
}

/**
 * Runs one seed: first with faults, then, long enough for every bound to be reached, without. The checkers look at every
 * step; the first that finds something ends the run.
 */
export function runSeed(seed: string, options: RunOptions = {}): RunResult {
  const plan = drawPlan(seed);
  const counters = createSightCounters();
  const trace = createTrace(options.print);
  const creation = createWorld(plan, counters, createPrng(seed).fork("run"));
  const { world } = creation;
  countPlan(plan, counters);
  let failure: Failure | undefined;
  try {
    play(creation, trace, options.only);
  } catch (error) {
    failure = describeFailure(error, world, trace);
  }
  const { fingerprint, steps } = trace;
  return { seed, plan, failure, fingerprint, steps, simulatedMs: world.scheduler.now, counters };
}

function play(creation: Creation, trace: Trace, only: CheckerName | undefined): void {
  const { world } = creation;
  const { scheduler, plan } = world;
  const judges = Object.entries(checkers).flatMap(([name, create]) =>
    only === undefined || only === name ? [createJudge(name, create, world)] : [],
  );
  const watchers = [createFloodWatcher(world), ...judges, createSightSeer(world)];
  const watch = createWatch(creation, watchers, trace);
  for (const slot of world.slots) scheduler.after(slot.plan.startsAtMs, () => slot.life ?? boot(world, watch, slot));
  scheduleFaults(world, watch, trace);
  runUntil(world, plan.safetyMs);

  calmDown(creation, watch, trace);
  settle(world);
  for (const watcher of watchers) watcher.finish?.();
  for (const { life } of world.slots) if (life !== undefined) stop(world, watch, life);
}

function runUntil({ scheduler }: World, atMs: number): void {
  const until = worldMs(atMs);
  let isBefore = true;
  while (isBefore) isBefore = scheduler.step(until);
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
    runUntil(world, scheduler.now + timeoutMs);
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

function createJudge(name: string, create: CreateChecker, world: World): Checker {
  return create(world, (problem) => {
    throw new SimViolation(name, problem);
  });
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

/** A violation names its checker; an assertion of the core is a finding of its own; anything else is a bug of ours. */
function describeFailure(error: unknown, world: World, trace: Trace): Failure {
  const known = { atMs: world.scheduler.now, lastEvents: trace.last() };
  if (error instanceof SimViolation) return { ...known, checker: error.checker, problem: error.message };
  if (error instanceof AssertionError) {
    return { ...known, checker: "assertions", problem: `${error.message}\n${error.stack ?? ""}` };
  }
  throw error;
}
