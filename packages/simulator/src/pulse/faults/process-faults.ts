import { observer, sense, target } from "../../calm.ts";
import { isOver } from "../../faults/fault.ts";
import type { DeathStyle } from "../../network/sim-network.ts";
import { stallMs } from "../bounds.ts";
import { boot, crash, newId, stop } from "../swarm/boot.ts";
import type { NodeLife, Slot } from "../swarm/world.ts";
import type { FaultName, PulseArena, PulseFault } from "./pulse-fault.ts";

/** One of the nodes that run now. */
function pickLife({ world, prng }: PulseArena): NodeLife | undefined {
  const lives = world.slots.flatMap(({ life }) => (life === undefined ? [] : [life]));
  return lives[prng.integer(0, lives.length - 1)];
}

/** Starts a slot again, unless somebody else has or it is dead for good. */
function reboot({ world, watch }: PulseArena, slot: Slot, fault: FaultName): void {
  if (slot.life !== undefined || slot.isDead) return;
  world.calm.jolt(target(boot(world, watch, slot).number), fault);
}

function crashFault(name: FaultName, what: string, style: DeathStyle, before: (slot: Slot) => void): PulseFault {
  return {
    what,
    begin(arena) {
      const life = pickLife(arena);
      if (life === undefined) return undefined;
      const { slot } = life;
      crash(arena.world, arena.watch, life, arena.prng.chance(0.5) ? style : "reset");
      before(slot);
      return () => reboot(arena, slot, name);
    },
  };
}

/** A stall that disturbs what others see of a node, and what it sees itself. */
function stall(arena: PulseArena, life: NodeLife, name: FaultName): () => void {
  const { calm } = arena.world;
  const ends = [calm.disturb(target(life.number), name), calm.disturb(sense(life.number), name)];
  life.loop.stop();
  return () => {
    for (const end of ends) end();
    life.loop.resume();
  };
}

function burn(arena: PulseArena, life: NodeLife, times: number): void {
  const { world, prng } = arena;
  const end = stall(arena, life, "burn");
  world.scheduler.after(stallMs(life.slot.plan) * (0.2 + 1.6 * prng.next()), () => {
    end();
    if (times <= 1 || world.isCalmForGood || life.loop.isDead) return;
    world.scheduler.after(life.slot.plan.options.intervalMs * prng.next(), () => burn(arena, life, times - 1));
  });
}

export const processFaults = {
  crash: crashFault("crash", "a node is killed, and comes back with its id", "closed", () => {}),

  "crash-new-id": crashFault("crash-new-id", "a node is killed, and comes back with a new id", "closed", (slot) => {
    slot.id = newId(slot);
  }),

  "power-cut": {
    what: "a machine goes dark: no FIN, no RST, no answer to anything; it comes back later",
    begin(arena) {
      const victim = pickLife(arena);
      if (victim === undefined) return undefined;
      const { machine } = victim;
      const slots = arena.world.slots.filter(({ life }) => life?.machine === machine);
      for (const { life } of slots) if (life !== undefined) crash(arena.world, arena.watch, life, "silent");
      machine.isUp = false;
      return () => {
        machine.isUp = true;
        for (const slot of slots) reboot(arena, slot, "power-cut");
      };
    },
  },

  terminate: {
    what: "a node is stopped in good order, and started again",
    begin(arena) {
      const life = pickLife(arena);
      if (life === undefined || !life.loop.isRunning) return undefined;
      stop(arena.world, arena.watch, life);
      return () => reboot(arena, life.slot, "terminate");
    },
  },

  "restart-loop": {
    what: "a node is killed and started again several times within one timeout, with its id or with new ones",
    begin(arena) {
      const first = pickLife(arena);
      if (first === undefined) return undefined;
      const { slot } = first;
      const { scheduler } = arena.world;
      const restart = (left: number): void => {
        if (slot.life !== undefined) crash(arena.world, arena.watch, slot.life, "closed");
        if (arena.prng.chance(0.5)) slot.id = newId(slot);
        reboot(arena, slot, "restart-loop");
        if (left > 0 && !arena.world.isCalmForGood)
          scheduler.after(slot.plan.options.timeoutMs / 5, () => restart(left - 1));
      };
      restart(arena.prng.integer(2, 5));
      return isOver;
    },
  },

  death: {
    what: "a node is killed and never comes back",
    begin({ world, watch, prng }) {
      const mortal = world.slots.filter(({ plan, isDead }) => plan.diesForGood && !isDead);
      const slot = mortal[prng.integer(0, mortal.length - 1)];
      if (slot?.life === undefined) return undefined;
      crash(world, watch, slot.life, prng.chance(0.5) ? "closed" : "silent");
      slot.isDead = true;
      return isOver;
    },
  },

  move: {
    what: "a node is stopped, and started with its id at another of its configured addresses",
    begin(arena) {
      const movable = arena.world.slots.filter(({ life, plan }) => life !== undefined && plan.homes.length > 1);
      const slot = movable[arena.prng.integer(0, movable.length - 1)];
      if (slot?.life === undefined) return undefined;
      crash(arena.world, arena.watch, slot.life, "closed");
      slot.home = slot.plan.homes.find((home) => home !== slot.home) ?? slot.home;
      arena.world.scheduler.after(arena.prng.next() * slot.plan.options.timeoutMs, () => reboot(arena, slot, "move"));
      return isOver;
    },
  },

  pause: {
    what: "a node is stopped as by SIGSTOP; its system goes on accepting and acknowledging",
    begin(arena) {
      const life = pickLife(arena);
      return life === undefined ? undefined : stall(arena, life, "pause");
    },
  },

  burn: {
    what: "a node computes, several times in a row, each time for about as long as a stall that it has to notice",
    begin(arena) {
      const life = pickLife(arena);
      if (life === undefined) return undefined;
      burn(arena, life, arena.prng.integer(1, 8));
      return isOver;
    },
  },

  "late-timers": {
    what: "a node's timers go off late, by up to several intervals, while its sockets are served",
    begin(arena) {
      const life = pickLife(arena);
      if (life === undefined) return undefined;
      const { intervalMs } = life.slot.plan.options;
      const lagMs = Math.min(5_000, intervalMs * (0.1 + 3 * arena.prng.next()));
      const end = arena.world.calm.disturb(sense(life.number), "late-timers");
      life.timerLagMs += lagMs;
      return () => {
        life.timerLagMs -= lagMs;
        end();
      };
    },
  },

  "no-descriptors": {
    what: "a node has no file descriptors left: it can neither dial nor accept",
    begin(arena) {
      const life = pickLife(arena);
      if (life === undefined) return undefined;
      const { calm } = arena.world;
      const ends = [target, observer].map((of) => calm.disturb(of(life.number), "no-descriptors"));
      life.descriptorShortages++;
      return () => {
        life.descriptorShortages--;
        for (const end of ends) end();
      };
    },
  },
} satisfies Partial<Record<FaultName, PulseFault>>;
