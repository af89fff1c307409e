import { createPrng } from "@mutirao/primitives";
import type { Conditions, Trace, WorldRun } from "../world.ts";
import { createTaskQueue, type TaskQueue } from "./task-queue.ts";
import { createTimeline, type Timeline } from "./timeline.ts";

/** A worker of one slot, wherever it is. */
export interface ModelWorker {
  readonly owner: number;
  /** At which master it is, or is on its way to. */
  at: number;
  isIdle: boolean;
  /** Since when it has been idle, or here. */
  idleSinceMs: number;
  hereSinceMs: number;
}

/** One master with its backlog and the workers that are there. */
export interface Farm {
  readonly index: number;
  readonly backlog: TaskQueue;
  readonly idleOwn: ModelWorker[];
  readonly idleGuests: ModelWorker[];
  own: number;
  guests: number;
}

/** What a way of lending does when something happens at a master. */
export interface Lending {
  onTask(farm: Farm): void;
  onServed(farm: Farm, serviceMs: number): void;
  /** A task had to wait, or one was begun that had. */
  onBacklog(farm: Farm): void;
  /** A worker that came, or came back. Called before it is given anything. */
  onCame(farm: Farm, worker: ModelWorker, from: number, tookMs: number): void;
  /** Whether a worker that has nothing to do should go now, and where. */
  sendsTo(farm: Farm, worker: ModelWorker): number | undefined;
  onIdle(farm: Farm, worker: ModelWorker): void;
}

/** What a way of lending can do. */
export interface Farms {
  readonly timeline: Timeline;
  readonly all: readonly Farm[];
  /** A message between masters. */
  send(happen: () => void): void;
  /** Sends an idle worker from the master where it is. */
  move(worker: ModelWorker, to: number): void;
}

/** Lets a trace happen to masters that lend as `createLending` says. */
export function runFarms(
  trace: Trace,
  conditions: Conditions,
  seed: string,
  createLending: (farms: Farms) => Lending,
): WorldRun {
  const world = createWorld(trace, conditions, seed);
  const { timeline, all } = world;
  const lending = createLending({
    timeline,
    all,
    send(happen) {
      world.messages++;
      timeline.after(world.drawn(conditions.latencyMs), happen);
    },
    move: (worker, to) => move(world, lending, worker, to),
  });
  for (const [task, { atMs }] of trace.tasks.entries()) {
    while (timeline.nextAtMs() <= atMs) timeline.step();
    timeline.passTo(atMs);
    arrive(world, lending, task);
  }
  while (world.done < trace.tasks.length) timeline.step();
  const { endedAtMs, isBorrowed, moves, messages, lent } = world;
  return { endedAtMs, isBorrowed, moves, messages, workersLent: lent.size };
}

interface World {
  readonly trace: Trace;
  readonly conditions: Conditions;
  readonly timeline: Timeline;
  readonly all: readonly Farm[];
  readonly drawn: (meanMs: number) => number;
  readonly endedAtMs: Float64Array;
  readonly isBorrowed: Uint8Array;
  readonly lent: Set<ModelWorker>;
  moves: number;
  messages: number;
  done: number;
}

function createWorld(trace: Trace, conditions: Conditions, seed: string): World {
  const prng = createPrng(`${seed}/network`);
  return {
    trace,
    conditions,
    timeline: createTimeline(),
    all: Array.from({ length: trace.masters }, (_, index) => createFarm(index, trace.workersEach)),
    drawn: (meanMs) => meanMs * (0.5 + prng.next()),
    endedAtMs: new Float64Array(trace.tasks.length),
    isBorrowed: new Uint8Array(trace.tasks.length),
    lent: new Set(),
    moves: 0,
    messages: 0,
    done: 0,
  };
}

const farmAt = ({ all }: World, index: number): Farm => all[index] as Farm;
const isHome = ({ owner, at }: ModelWorker): boolean => owner === at;

function arrive(world: World, lending: Lending, task: number): void {
  const farm = farmAt(world, world.trace.tasks[task]?.master ?? 0);
  lending.onTask(farm);
  // Own workers first, so that guests become free to go.
  const worker = farm.idleOwn.pop() ?? farm.idleGuests.pop();
  if (worker === undefined) {
    farm.backlog.add(task);
    lending.onBacklog(farm);
  } else {
    begin(world, lending, task, worker);
  }
}

function begin(world: World, lending: Lending, task: number, worker: ModelWorker): void {
  const { timeline, trace, endedAtMs } = world;
  const serviceMs = trace.tasks[task]?.serviceMs ?? 0;
  worker.isIdle = false;
  if (!isHome(worker)) world.isBorrowed[task] = 1;
  timeline.after(serviceMs, () => {
    endedAtMs[task] = timeline.nowMs;
    world.done++;
    lending.onServed(farmAt(world, worker.at), serviceMs);
    settle(world, lending, worker);
  });
}

/** A worker has nothing to do: it goes, works, or waits. */
function settle(world: World, lending: Lending, worker: ModelWorker): void {
  const farm = farmAt(world, worker.at);
  const to = lending.sendsTo(farm, worker);
  const task = to === undefined ? farm.backlog.take() : undefined;
  if (to !== undefined) {
    move(world, lending, worker, to);
  } else if (task !== undefined) {
    begin(world, lending, task, worker);
    lending.onBacklog(farm);
  } else {
    worker.isIdle = true;
    worker.idleSinceMs = world.timeline.nowMs;
    idleOf(farm, worker).push(worker);
    lending.onIdle(farm, worker);
  }
}

function move(world: World, lending: Lending, worker: ModelWorker, to: number): void {
  const { timeline, conditions, drawn } = world;
  const from = worker.at;
  leave(farmAt(world, from), worker);
  world.moves++;
  if (isHome(worker)) world.lent.add(worker);
  const tookMs = drawn(conditions.latencyMs) + drawn(conditions.moveMs);
  timeline.after(tookMs, () => {
    worker.at = to;
    worker.hereSinceMs = timeline.nowMs;
    const farm = farmAt(world, to);
    if (isHome(worker)) farm.own++;
    else farm.guests++;
    lending.onCame(farm, worker, from, tookMs);
    settle(world, lending, worker);
  });
}

const idleOf = (farm: Farm, worker: ModelWorker): ModelWorker[] => (isHome(worker) ? farm.idleOwn : farm.idleGuests);

function leave(farm: Farm, worker: ModelWorker): void {
  if (worker.isIdle) {
    const idle = idleOf(farm, worker);
    idle.splice(idle.indexOf(worker), 1);
    worker.isIdle = false;
  }
  if (isHome(worker)) farm.own--;
  else farm.guests--;
}

function createFarm(index: number, workers: number): Farm {
  const idleOwn = Array.from({ length: workers }, () => ({
    owner: index,
    at: index,
    isIdle: true,
    idleSinceMs: 0,
    hereSinceMs: 0,
  }));
  return { index, backlog: createTaskQueue(), idleOwn, idleGuests: [], own: workers, guests: 0 };
}
