import { link, target } from "../../calm.ts";
import { bootMaster, crashMaster } from "../../farm/boot-master.ts";
import { bootWorker, killWorker } from "../../farm/boot-worker.ts";
import type { MasterLife, MasterSlot, WorkerLife } from "../../farm/world.ts";
import { isOver } from "../../faults/fault.ts";
import type { Machine } from "../../network/machine.ts";
import { falseWords } from "./false-words.ts";
import { lateWords } from "./late-words.ts";
import type { LendingArena, LendingFault, LendingFaultName } from "./lending-fault.ts";
import { lendingFaultNames } from "./names.ts";

export const isLendingFault = (name: string): name is LendingFaultName =>
  lendingFaultNames.some((known) => known === name);

function pick<T>({ prng }: LendingArena, from: readonly T[]): T | undefined {
  return from[prng.integer(0, from.length - 1)];
}

/** Masters with an open loan in this direction. */
function withLoans({ world }: LendingArena, direction: "in" | "out"): readonly MasterLife[] {
  return world.masters.flatMap(({ life }) => {
    if (life === undefined) return [];
    return [...world.loans.of(life).open.values()].some((loan) => loan.direction === direction) ? [life] : [];
  });
}

const awayWorkers = ({ world }: LendingArena): readonly WorkerLife[] =>
  world.workers.flatMap(({ life }) => (life?.core.status().isAway === true ? [life] : []));

function crash(arena: LendingArena, life: MasterLife | undefined, name: LendingFaultName): (() => void) | undefined {
  if (life === undefined) return undefined;
  const { world, watch, prng } = arena;
  crashMaster(world, watch, life, prng.pick(["closed", "reset", "silent"] as const));
  return () => {
    if (life.slot.life === undefined) world.calm.jolt(target(bootMaster(world, watch, life.slot).number), name);
  };
}

/** Nothing gets through between two machines, either way. */
function cut({ world }: LendingArena, a: Machine, b: Machine, name: LendingFaultName): () => void {
  const links = [world.network.link(a, b), world.network.link(b, a)];
  const end = world.calm.disturb(link(a.index, b.index), name);
  for (const one of links) one.blocks++;
  return () => {
    for (const one of links) {
      one.blocks--;
      if (one.blocks === 0) world.network.heal(one);
    }
    end();
  };
}

const slotAt = ({ world }: LendingArena, address: string): MasterSlot | undefined =>
  world.masters.find(({ plan }) => `${plan.listensAt.host}:${plan.listensAt.port}` === address);

/** Faults that find those who lend and borrow at the moment. */
export const lendingFaults: Readonly<Record<LendingFaultName, LendingFault>> = {
  ...falseWords,
  ...lateWords,

  "borrower-crash": {
    what: "a master that has guests is killed, and started again",
    begin: (arena) => crash(arena, pick(arena, withLoans(arena, "in")), "borrower-crash"),
  },

  "owner-crash": {
    what: "a master that has lent workers is killed, and started again",
    begin: (arena) => crash(arena, pick(arena, withLoans(arena, "out")), "owner-crash"),
  },

  "traveller-kill": {
    what: "a worker that is away, or on its way, is killed; what it has seen is lost with it",
    begin(arena) {
      const life = pick(arena, awayWorkers(arena));
      if (life === undefined) return undefined;
      const { world, watch, prng } = arena;
      const { slot } = life;
      slot.isDown = true;
      killWorker(world, watch, life, prng.chance(0.5) ? "closed" : "reset");
      return () => {
        slot.isDown = false;
        if (slot.life === undefined) world.calm.jolt(target(bootWorker(world, watch, slot).number), "traveller-kill");
      };
    },
  },

  "cut-masters": {
    what: "an owner and its borrower do not hear each other, and both hear the workers",
    begin(arena) {
      const owner = pick(arena, withLoans(arena, "out"));
      if (owner === undefined) return undefined;
      const loan = [...arena.world.loans.of(owner).open.values()].find(({ direction }) => direction === "out");
      const borrower = loan === undefined ? undefined : slotAt(arena, loan.peer);
      return borrower === undefined ? undefined : cut(arena, owner.machine, borrower.machine, "cut-masters");
    },
  },

  "cut-guest": {
    what: "a worker that is away does not hear its borrower, or its home",
    begin(arena) {
      const life = pick(arena, awayWorkers(arena));
      if (life === undefined) return undefined;
      const { world, prng } = arena;
      const homeSlot = world.masters[life.slot.plan.master];
      const others = world.masters.filter((slot) => slot !== homeSlot);
      const master = prng.chance(0.3) ? homeSlot : pick(arena, others);
      return master === undefined ? isOver : cut(arena, life.machine, master.machine, "cut-guest");
    },
  },
};
