import { observer, sense, target } from "../../calm.ts";
import { isOver } from "../../faults/fault.ts";
import { tempoOf } from "../bounds.ts";
import type { MasterLife, WorkerLife } from "../world.ts";
import type { FarmArena, FarmFault, FarmFaultName } from "./farm-fault.ts";

type AnyLife = MasterLife | WorkerLife;

function pickLife({ world, prng }: FarmArena): AnyLife | undefined {
  const masters = world.masters.flatMap(({ life }) => (life === undefined ? [] : [life]));
  // There are fewer masters than workers, and more depends on them.
  const lives = masters.length > 0 && prng.chance(0.5) ? masters : world.lives();
  return lives[prng.integer(0, lives.length - 1)];
}

/** A stall that disturbs what others see of a process, and what it sees itself. */
function stall({ world }: FarmArena, life: AnyLife, name: FarmFaultName): () => void {
  const { calm } = world;
  const ends = [calm.disturb(target(life.number), name), calm.disturb(sense(life.number), name)];
  life.loop.stop();
  return () => {
    for (const end of ends) end();
    life.loop.resume();
  };
}

function burn(arena: FarmArena, life: AnyLife, times: number): void {
  const { world, prng } = arena;
  const { stallMs, intervalMs } = tempoOf(world, life);
  const end = stall(arena, life, "burn");
  world.scheduler.after(stallMs * (0.2 + 1.6 * prng.next()), () => {
    end();
    if (times <= 1 || world.isCalmForGood || life.loop.isDead) return;
    world.scheduler.after(intervalMs * prng.next(), () => life.loop.isDead || burn(arena, life, times - 1));
  });
}

export const processFaults = {
  pause: {
    what: "a process is stopped as by SIGSTOP; its system goes on accepting and acknowledging",
    begin(arena) {
      const life = pickLife(arena);
      return life === undefined ? undefined : stall(arena, life, "pause");
    },
  },

  burn: {
    what: "a process computes, several times in a row, each time for about as long as a stall that it has to notice",
    begin(arena) {
      const life = pickLife(arena);
      if (life === undefined) return undefined;
      burn(arena, life, arena.prng.integer(1, 6));
      return isOver;
    },
  },

  "late-timers": {
    what: "a process's timers go off late, by up to several intervals, while its sockets are served",
    begin(arena) {
      const { world, prng } = arena;
      const life = pickLife(arena);
      if (life === undefined) return undefined;
      const lagMs = Math.min(5_000, tempoOf(world, life).intervalMs * (0.1 + 2 * prng.next()));
      const ends = [target, sense].map((of) => world.calm.disturb(of(life.number), "late-timers"));
      life.timerLagMs += lagMs;
      return () => {
        life.timerLagMs -= lagMs;
        for (const end of ends) end();
      };
    },
  },

  "no-descriptors": {
    what: "a process has no file descriptors left: it can neither dial nor accept",
    begin(arena) {
      const { world } = arena;
      const life = pickLife(arena);
      if (life === undefined) return undefined;
      const ends = [target, observer].map((of) => world.calm.disturb(of(life.number), "no-descriptors"));
      life.descriptorShortages++;
      return () => {
        life.descriptorShortages--;
        for (const end of ends) end();
      };
    },
  },
} satisfies Partial<Record<FarmFaultName, FarmFault>>;
