import { createPrng, type Prng } from "@mutirao/primitives";
import type { Counters } from "../counters.ts";
import { scheduleFaults } from "../faults/fault-engine.ts";
import {
  createJudges,
  describeFailure,
  type Failure,
  type RunOptions,
  type RunResult,
  runUntil,
} from "../run-result.ts";
import type { Fail } from "../stage.ts";
import { createTrace, type Trace } from "../trace.ts";
import { bootMaster, stopMaster } from "./boot-master.ts";
import { bootWorker } from "./boot-worker.ts";
import type { FarmArena } from "./faults/farm-fault.ts";
import type { FarmPlan } from "./plan.ts";
import type { FarmWatch } from "./watch.ts";
import type { DurableChange, FarmChecker, FarmWorld } from "./world.ts";

/** A game with masters and workers: what is drawn for it, what goes wrong in it, and what must hold. */
export interface FarmGame<World extends FarmWorld, FaultName extends string> {
  readonly plan: FarmPlan;
  /** The plan in one line. */
  readonly description: string;
  readonly counters: Counters;
  create(counters: Counters, prng: Prng, onDurable: (change: DurableChange) => void): FarmGameCreation<World>;
  /** Keeps the books that the checkers read, and so sees each step before them. */
  createScribe?(world: World): FarmChecker;
  readonly checkers: Readonly<Record<string, (world: World, fail: Fail) => FarmChecker>>;
  /** Not a checker, but it watches like one. */
  createSeer(world: World): FarmChecker;
  readonly faults: readonly FaultName[];
  beginFault(name: FaultName, arena: FarmArena, world: World): (() => void) | undefined;
  /** Whoever else lives there begins. */
  start?(world: World): void;
  /** Whoever else lives there behaves from now on. */
  calmDown?(world: World): void;
  isSettled(world: World): boolean;
}

export interface FarmGameCreation<World extends FarmWorld> {
  readonly world: World;
  /** Ends every fault that is under way. */
  endFaults(): void;
}

/**
 * Plays one seed of a game: first with faults, then without, until all is done and said, or until the bound for that is
 * reached.
 */
export function playGame<World extends FarmWorld, FaultName extends string>(
  seed: string,
  game: FarmGame<World, FaultName>,
  options: RunOptions,
): RunResult {
  const { counters } = game;
  const trace = createTrace(options);
  const watchers: FarmChecker[] = [];
  const onDurable = (change: DurableChange): void => {
    for (const watcher of watchers) watcher.durable?.(change);
  };
  const creation = game.create(counters, createPrng(seed).fork("run"), onDurable);
  const { world } = creation;
  let failure: Failure | undefined;
  try {
    if (game.createScribe !== undefined) watchers.push(game.createScribe(world));
    watchers.push(...createJudges<World, FarmChecker>(game.checkers, world, options.only), game.createSeer(world));
    play(game, creation, watchers, trace);
  } catch (error) {
    failure = describeFailure(error, world.scheduler, trace);
  }
  const { fingerprint, steps } = trace;
  const simulatedMs = world.scheduler.now;
  return { seed, plan: game.description, failure, fingerprint, steps, simulatedMs, counters };
}

function play<World extends FarmWorld, FaultName extends string>(
  game: FarmGame<World, FaultName>,
  creation: FarmGameCreation<World>,
  watchers: readonly FarmChecker[],
  trace: Trace,
): void {
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
  game.start?.(world);
  scheduleFaults(world, trace, game.faults, plan, (name, prng, durationMs) =>
    game.beginFault(name, { world, watch, prng, durationMs }, world),
  );
  runUntil(scheduler, plan.safetyMs);
  calmDown(creation, watch, trace);
  game.calmDown?.(world);
  settle(world, () => game.isSettled(world));
  for (const watcher of watchers) watcher.finish?.();
  for (const { life } of world.masters) if (life !== undefined) stopMaster(world, watch, life);
}

/** The faults are over: what they did is undone, and whoever is down comes back. */
function calmDown({ world, endFaults }: FarmGameCreation<FarmWorld>, watch: FarmWatch, trace: Trace): void {
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
function settle(world: FarmWorld, isSettled: () => boolean): void {
  const { scheduler, plan } = world;
  const endsAt = plan.safetyMs + plan.livenessMs;
  const timeoutMs = Math.max(...plan.masters.map(({ options }) => options.timeoutMs));
  for (let peaceful = 0; peaceful < 2 && scheduler.now < endsAt; ) {
    runUntil(scheduler, scheduler.now + timeoutMs / 2);
    peaceful = isSettled() ? peaceful + 1 : 0;
  }
}

/** One in so many steps of a master is followed by a look at everything. */
const SCAN_EVERY = 16;

/** Shows every step to the checkers, with what it meant. */
function createWatch(world: FarmWorld, watchers: readonly FarmChecker[], trace: Trace): FarmWatch {
  const { scheduler } = world;
  let lives = 0;
  // Most watchers want few of the calls, and these come with every step.
  const ofMaster = watchers.flatMap(({ master }) => (master === undefined ? [] : [master]));
  const ofWorker = watchers.flatMap(({ worker }) => (worker === undefined ? [] : [worker]));
  return {
    nextLife: () => lives++,
    masterStepped(life, step) {
      trace.note(life, step);
      const { event, now, at, dueAt, effects } = step;
      const [news, load] = [life.book.note(step), life.core.load(now)];
      const observation = { event, now, at, dueAt, effects, life, news, load };
      for (const watch of ofMaster) watch(observation);
      if (trace.steps % SCAN_EVERY !== 0) return;
      for (const watcher of watchers) watcher.scan?.(observation);
    },
    workerStepped(life, step) {
      trace.note(life, step);
      const { event, now, at, dueAt, effects } = step;
      const observation = { event, now, at, dueAt, effects, life };
      for (const watch of ofWorker) watch(observation);
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
