import { createWorkerNode, type WorkerOwnEffect, type WorkerOwnEvent } from "@mutirao/node-core";
import { assert, unreachable } from "@mutirao/primitives";
import { target } from "../calm.ts";
import { createEventLoop } from "../event-loop.ts";
import { createHostClock } from "../host-clock.ts";
import { createSimHost } from "../hosts/sim-host.ts";
import type { DeathStyle } from "../network/sim-network.ts";
import { createRunner, type Runner } from "./runner.ts";
import type { FarmWatch } from "./watch.ts";
import type { FarmWorld, WorkerLife, WorkerSlot } from "./world.ts";

/** Starts a worker: a new process, which nobody has heard of. */
export function bootWorker(world: FarmWorld, watch: FarmWatch, slot: WorkerSlot): WorkerLife {
  assert(slot.life === undefined, "a slot has one life at a time");
  const { plan, machine } = slot;
  const { scheduler, network, names } = world;
  machine.isUp = true;
  const number = watch.nextLife();
  const prng = world.prng.fork(`life-${number}`);
  const loop = createEventLoop(prng.fork("loop"));
  const clock = createHostClock(plan.clock.originMs, plan.clock.rate);
  const boot = `b${slot.index}.${slot.boots++}`;
  const core = createWorkerNode(plan.id, { ...plan.options, boot }, prng.fork("core"));
  const lateness = prng.fork("lateness");
  const runner = createRunner({
    world,
    life: () => life,
    prng: prng.fork("runner"),
    onKilled() {
      world.counters.count("path worker killed by its task");
      killWorker(world, watch, life, "closed");
    },
  });
  const host = createSimHost<WorkerOwnEvent, WorkerOwnEffect>({
    core,
    limits: plan.limits,
    place: {
      scheduler,
      network,
      names,
      machine,
      loop,
      clock,
      prng: prng.fork("transport"),
      localHost: undefined,
      lateNewsRate: world.plan.network.lateNewsRate,
      hasDescriptors: () => life.descriptorShortages === 0,
    },
    drawLatenessMs: () => lateness.next() * (plan.wakeLateMs + life.timerLagMs),
    onStep: (step) => watch.workerStepped(life, step),
    onEndedByStop: (conn) => life.endedByStop.push(conn),
    performOwn: (effect) => perform(world, watch, life, runner, effect),
  });
  const life: WorkerLife = {
    kind: "worker",
    number,
    label: `worker ${slot.index} (${plan.id}, ${boot})`,
    id: plan.id,
    loop,
    machine,
    clock,
    bornAt: scheduler.now,
    slot,
    core,
    host,
    boot,
    active: new Map(),
    isLeaving: false,
    endedByStop: [],
    timerLagMs: 0,
    descriptorShortages: 0,
  };
  slot.life = life;
  watch.began(life);
  if (slot.leftFor !== undefined) world.calm.jolt(target(number), slot.leftFor);
  slot.leftFor = undefined;
  host.startDeaf();
  return life;
}

function perform(world: FarmWorld, watch: FarmWatch, life: WorkerLife, runner: Runner, effect: WorkerOwnEffect): void {
  switch (effect.type) {
    case "run-task":
      runner.run(effect);
      break;
    case "cancel-run":
      runner.cancel(effect.run);
      break;
    case "leave":
      world.scheduler.after(0, () => leave(world, watch, life));
      break;
    default:
      unreachable(effect);
  }
}

/** The process has said that it has nothing left to do. */
function leave(world: FarmWorld, watch: FarmWatch, life: WorkerLife): void {
  if (life.loop.isDead || life.slot.life !== life) return;
  life.host.stop();
  watch.stopped(life);
  end(world, watch, life, "closed");
}

/** The process is gone from one moment to the next, its handlers with it; a supervisor starts another. */
export function killWorker(world: FarmWorld, watch: FarmWatch, life: WorkerLife, style: DeathStyle): void {
  if (life.loop.isDead || life.slot.life !== life) return;
  end(world, watch, life, style);
}

function end(world: FarmWorld, watch: FarmWatch, life: WorkerLife, style: DeathStyle): void {
  const { slot } = life;
  world.network.end(life.loop, style);
  for (const execution of life.active.values()) execution.outcome ??= "killed";
  slot.life = undefined;
  watch.ended(life);
  world.scheduler.after(slot.plan.restartMs, () => {
    if (slot.life === undefined && !slot.isDown) bootWorker(world, watch, slot);
  });
}
