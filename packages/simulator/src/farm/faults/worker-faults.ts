import { target } from "../../calm.ts";
import { HANDLERS } from "../../event-loop.ts";
import { isOver } from "../../faults/fault.ts";
import { bootWorker, killWorker } from "../boot-worker.ts";
import { foreignerOf } from "../disturbances.ts";
import type { WorkerLife, WorkerSlot } from "../world.ts";
import type { FarmArena, FarmFault, FarmFaultName } from "./farm-fault.ts";

function pickWorker({ world, prng }: FarmArena): WorkerLife | undefined {
  const lives = world.workers.flatMap(({ life }) => (life === undefined ? [] : [life]));
  // Somebody at work is worth more.
  const busy = lives.filter(({ active }) => active.size > 0);
  const from = busy.length > 0 && prng.chance(0.7) ? busy : lives;
  return from[prng.integer(0, from.length - 1)];
}

function reboot({ world, watch }: FarmArena, slot: WorkerSlot, fault: FarmFaultName): void {
  slot.isDown = false;
  if (slot.life === undefined) world.calm.jolt(target(bootWorker(world, watch, slot).number), fault);
}

function signal(life: WorkerLife, type: "drain" | "abandon"): void {
  life.isLeaving = true;
  life.loop.post(HANDLERS, () => life.host.deliver({ type }));
}

export const workerFaults = {
  "worker-kill": {
    what: "a worker is killed in the middle of its work, and comes back as another process",
    begin(arena) {
      const life = pickWorker(arena);
      if (life === undefined) return undefined;
      life.slot.isDown = true;
      killWorker(arena.world, arena.watch, life, arena.prng.chance(0.5) ? "closed" : "reset");
      return () => reboot(arena, life.slot, "worker-kill");
    },
  },

  "worker-power-cut": {
    what: "a worker's machine goes dark without a word, and comes back",
    begin(arena) {
      const { world, watch } = arena;
      const victim = pickWorker(arena);
      if (victim === undefined || world.masters.some(({ machine }) => machine === victim.machine)) return undefined;
      const { machine } = victim;
      const slots = world.workers.filter(({ life }) => life?.machine === machine);
      for (const slot of slots) {
        slot.isDown = true;
        if (slot.life !== undefined) killWorker(world, watch, slot.life, "silent");
      }
      machine.isUp = false;
      return () => {
        machine.isUp = true;
        for (const slot of slots) reboot(arena, slot, "worker-power-cut");
      };
    },
  },

  "worker-drain": {
    what: "a worker is told to take nothing new, to finish and to leave; it is started again afterwards",
    begin(arena) {
      const life = pickWorker(arena);
      if (life === undefined || life.isLeaving) return undefined;
      life.slot.leftFor = "worker-drain";
      signal(life, "drain");
      return isOver;
    },
  },

  "worker-abandon": {
    what: "a worker is told to leave, and then to leave at once",
    begin(arena) {
      const life = pickWorker(arena);
      if (life === undefined) return undefined;
      if (arena.prng.chance(0.5)) signal(life, "drain");
      life.slot.leftFor = "worker-abandon";
      const waitMs = arena.prng.next() * life.slot.plan.restartMs;
      arena.world.scheduler.after(waitMs, () => life.loop.isDead || signal(life, "abandon"));
      return isOver;
    },
  },

  "foreign-kill": {
    what: "a worker of another team is killed, and started again",
    begin({ world, prng }) {
      const foreigner = world.foreigners[prng.integer(0, world.foreigners.length - 1)];
      if (foreigner?.isAlive !== true) return undefined;
      foreigner.kill();
      world.calm.jolt(foreignerOf(foreigner.plan.id), "foreign-kill");
      return isOver;
    },
  },
} satisfies Partial<Record<FarmFaultName, FarmFault>>;
