import { type Disturbed, target } from "../../calm.ts";
import { isOver } from "../../faults/fault.ts";
import type { DeathStyle } from "../../network/sim-network.ts";
import { bootMaster, crashMaster, stopMaster } from "../boot-master.ts";
import { clockOf, diskOf } from "../disturbances.ts";
import type { MasterLife, MasterSlot } from "../world.ts";
import type { FarmArena, FarmFault, FarmFaultName } from "./farm-fault.ts";

function pickMaster({ world, prng }: FarmArena): MasterLife | undefined {
  const lives = world.masters.flatMap(({ life }) => (life === undefined ? [] : [life]));
  return lives[prng.integer(0, lives.length - 1)];
}

function pickSlot({ world, prng }: FarmArena): MasterSlot | undefined {
  return world.masters[prng.integer(0, world.masters.length - 1)];
}

/** Starts a master again, unless somebody else has. */
function reboot({ world, watch }: FarmArena, slot: MasterSlot, fault: FarmFaultName): void {
  if (slot.life !== undefined) return;
  world.calm.jolt(target(bootMaster(world, watch, slot).number), fault);
}

const drawStyle = ({ prng }: FarmArena): DeathStyle => (prng.chance(0.5) ? "closed" : "reset");

/** Something about a master's disk, or its clock, for a while. */
function slotFault(
  name: FarmFaultName,
  what: string,
  whose: (slot: number) => Disturbed,
  begin: (slot: MasterSlot, arena: FarmArena) => () => void,
): FarmFault {
  return {
    what,
    begin(arena) {
      const slot = pickSlot(arena);
      if (slot === undefined) return undefined;
      const endStorm = arena.world.calm.disturb(whose(slot.index), name);
      const end = begin(slot, arena);
      return () => {
        end();
        endStorm();
      };
    },
  };
}

export const masterFaults = {
  "master-crash": {
    what: "a master is killed, with whatever its disk had not made durable, and started again",
    begin(arena) {
      const life = pickMaster(arena);
      if (life === undefined) return undefined;
      crashMaster(arena.world, arena.watch, life, drawStyle(arena));
      return () => reboot(arena, life.slot, "master-crash");
    },
  },

  "master-power-cut": {
    what: "a master's machine goes dark without a word, and comes back",
    begin(arena) {
      const life = pickMaster(arena);
      if (life === undefined) return undefined;
      crashMaster(arena.world, arena.watch, life, "silent");
      life.machine.isUp = false;
      return () => {
        life.machine.isUp = true;
        reboot(arena, life.slot, "master-power-cut");
      };
    },
  },

  "master-terminate": {
    what: "a master is stopped in good order, and started again",
    begin(arena) {
      const life = pickMaster(arena);
      if (life === undefined || !life.loop.isRunning) return undefined;
      stopMaster(arena.world, arena.watch, life);
      return () => reboot(arena, life.slot, "master-terminate");
    },
  },

  "master-restart-loop": {
    what: "a master is killed and started again several times in a row",
    begin(arena) {
      const first = pickMaster(arena);
      if (first === undefined) return undefined;
      const { slot } = first;
      const { world, watch, prng } = arena;
      const restart = (left: number): void => {
        if (slot.life !== undefined) crashMaster(world, watch, slot.life, "closed");
        reboot(arena, slot, "master-restart-loop");
        if (left > 0 && !world.isCalmForGood)
          world.scheduler.after(slot.plan.options.intervalMs * (0.1 + prng.next()), () => restart(left - 1));
      };
      restart(prng.integer(2, 4));
      return isOver;
    },
  },

  "disk-full": slotFault("disk-full", "a master's disk has no room", diskOf, (slot) => {
    slot.disk.shortages++;
    return () => {
      slot.disk.shortages--;
    };
  }),

  "disk-slow": slotFault(
    "disk-slow",
    "a master's disk takes up to seconds for each commit",
    diskOf,
    (slot, { prng }) => {
      const extraMs = 100 + 4_000 * prng.next();
      slot.disk.extraMs += extraMs;
      return () => {
        slot.disk.extraMs -= extraMs;
      };
    },
  ),

  "disk-failed": slotFault(
    "disk-failed",
    "a master's disk fails for good; an operator mends it and starts the master again",
    diskOf,
    (slot) => {
      slot.disk.isBroken = true;
      return () => {
        slot.disk.isBroken = false;
      };
    },
  ),

  "wall-jump": slotFault(
    "wall-jump",
    "the time of day of a master's machine jumps, by hours or by years",
    clockOf,
    (slot, { prng }) => {
      const hours = prng.pick([-1, 1, 24, -24, 87_600]);
      slot.wallOffsetMs += hours * 3_600_000;
      return isOver;
    },
  ),
} satisfies Partial<Record<FarmFaultName, FarmFault>>;
