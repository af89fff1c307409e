import { createMasterNode, type HostFigures, type MasterOwnEffect, type MasterOwnEvent } from "@mutirao/node-core";
import { AssertionError, assert, durationMs, formatEndpoint, unreachable } from "@mutirao/primitives";
import { createEventLoop, STORE, TIMERS } from "../event-loop.ts";
import { createHostClock } from "../host-clock.ts";
import { createSimHost } from "../hosts/sim-host.ts";
import type { DeathStyle } from "../network/sim-network.ts";
import { createMasterBook } from "./oracle/master-book.ts";
import type { FarmWatch } from "./watch.ts";
import type { FarmWorld, MasterLife, MasterSlot } from "./world.ts";

/** Starts a master: a new process, which knows what its disk knows. */
export function bootMaster(world: FarmWorld, watch: FarmWatch, slot: MasterSlot): MasterLife {
  assert(slot.life === undefined, "a slot has one life at a time");
  const { plan, machine, disk } = slot;
  const { scheduler, network, names } = world;
  machine.isUp = true;
  const number = watch.nextLife();
  const prng = world.prng.fork(`life-${number}`);
  const loop = createEventLoop(prng.fork("loop"));
  const clock = createHostClock(plan.clock.originMs, plan.clock.rate);
  const core = createMasterNode(plan.id, plan.options, prng.fork("core"));
  const store = disk.open((run) => loop.post(STORE, run));
  const lateness = prng.fork("lateness");
  const host = createSimHost<MasterOwnEvent, MasterOwnEffect>({
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
      localHost: plan.listensAt.host,
      lateNewsRate: world.plan.network.lateNewsRate,
      hasDescriptors: () => life.descriptorShortages === 0,
    },
    drawLatenessMs: () => lateness.next() * (plan.wakeLateMs + life.timerLagMs),
    onStep: (step) => watch.masterStepped(life, step),
    onEndedByStop: (conn) => life.endedByStop.push(conn),
    performOwn: (effect) => perform(world, watch, life, effect),
  });
  const life: MasterLife = {
    kind: "master",
    number,
    label: `master ${slot.index} (${plan.id}) at ${formatEndpoint(plan.listensAt)}`,
    id: plan.id,
    loop,
    machine,
    clock,
    bornAt: scheduler.now,
    slot,
    core,
    host,
    store,
    book: createMasterBook(plan.options),
    requests: 0,
    endedByStop: [],
    timerLagMs: 0,
    descriptorShortages: 0,
  };
  slot.life = life;
  watch.began(life);
  host.deliver({ type: "recovered", contents: store.load(), wallOffsetMs: slot.wallOffsetMs });
  const { pushPort } = plan.options;
  const alsoAt = pushPort === undefined ? [] : [{ ...plan.listensAt, port: pushPort }];
  assert(host.start(plan.listensAt, ...alsoAt), "the addresses of a master are free when it starts");
  measure(world, life);
  return life;
}

/** The host tells what it measures of itself, and what time of day it is, again and again. */
function measure(world: FarmWorld, life: MasterLife): void {
  const { slot, loop, host } = life;
  if (loop.isDead || slot.life !== life) return;
  loop.post(TIMERS, () => {
    host.deliver({ type: "host-measured", figures, wallOffsetMs: slot.wallOffsetMs });
  });
  world.scheduler.after(slot.plan.measureMs, () => measure(world, life));
}

const figures: HostFigures = {
  lagMs: durationMs(1),
  processCpu: 0.1,
  rssMb: 60,
  system: {
    uptimeS: 1_000,
    loadAverage1m: 0.5,
    loadAverage5m: 0.5,
    cpuPercent: 10,
    cpusLogical: 2,
    cpusPhysical: 2,
    memoryTotalMb: 4_000,
    memoryAvailableMb: 2_000,
    memoryPercent: 50,
    memoryUsedMb: 2_000,
    diskTotalGb: 100,
    diskFreeGb: 50,
    diskPercent: 50,
  },
};

function perform(world: FarmWorld, watch: FarmWatch, life: MasterLife, effect: MasterOwnEffect): void {
  const { host, store, slot } = life;
  switch (effect.type) {
    case "store": {
      const { write, changes } = effect;
      store.write(changes, (code) => {
        if (code instanceof AssertionError) throw code;
        if (code === undefined) host.deliver({ type: "store-committed", write });
        else host.deliver({ type: "store-refused", write, code });
        // A store that has failed for good needs an operator, who mends it and starts the master again.
        if (code === "ERR_STORE_FAILED") {
          world.scheduler.after(0, () => restart(world, watch, life));
        }
      });
      break;
    }
    case "prune":
      store.prune(effect.endedBefore, effect.finishedMax, (tasks) => host.deliver({ type: "store-pruned", tasks }));
      break;
    case "answer":
      slot.submitter.answered(life, effect.request, effect.answer);
      break;
    default:
      unreachable(effect);
  }
}

function restart(world: FarmWorld, watch: FarmWatch, life: MasterLife): void {
  const { slot } = life;
  if (slot.life !== life || !life.loop.isRunning) return;
  stopMaster(world, watch, life);
  world.scheduler.after(life.slot.plan.options.intervalMs, () => {
    slot.disk.isBroken = false;
    if (slot.life === undefined) bootMaster(world, watch, slot);
  });
}

/** The process is gone from one moment to the next. */
export function crashMaster(world: FarmWorld, watch: FarmWatch, life: MasterLife, style: DeathStyle): void {
  world.network.end(life.loop, style);
  life.store.crash();
  life.slot.life = undefined;
  watch.ended(life);
}

/** The process ends as it does on SIGTERM. */
export function stopMaster(world: FarmWorld, watch: FarmWatch, life: MasterLife): void {
  life.host.stop();
  watch.stopped(life);
  life.store.close();
  world.network.end(life.loop, "closed");
  life.slot.life = undefined;
  watch.ended(life);
}
