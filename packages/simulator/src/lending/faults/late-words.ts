import { sense, target } from "../../calm.ts";
import { createEventLoop } from "../../event-loop.ts";
import type { MasterSlot, WorkerLife } from "../../farm/world.ts";
import { isOver } from "../../faults/fault.ts";
import { createForeignConn, type ForeignConn } from "../../foreign/foreign-conn.ts";
import type { OpenLoan } from "../oracle/loan-books.ts";
import type { LendingArena, LendingFault } from "./lending-fault.ts";

/** A connection on which a worker has presented itself, long ago; what it said there is on its way still. */
function openLate({ world, prng }: LendingArena, { machine }: WorkerLife, home: MasterSlot): () => ForeignConn {
  const loop = createEventLoop(prng.fork("late"));
  let conn: ForeignConn | undefined;
  return () => {
    if (conn?.isOver === false) return conn;
    const views = createForeignConn({ line: () => {} });
    const { listensAt } = home.plan;
    views.attach(world.network.connect(machine, loop, machine.addresses[0], listensAt, views.network));
    conn = views.conn;
    return conn;
  };
}

/** A loan of which its owner knows no more than that it will end. */
const isAboutToEnd = ({ state }: OpenLoan): boolean => state === "returning" || state === "lost";

/** So much longer than an offer lasts. */
const BEYOND_OFFER_MS = 10_200;

/** Faults that wait for the moment in which a late word does the most harm, for as long as there are faults. */
export const lateWords = {
  "late-alive": {
    what: "what a worker said at home before it left arrives there when it is about to come back, or counts as lost",
    begin(arena) {
      const { world, prng } = arena;
      const away = world.workers.flatMap(({ life }) => (life?.core.status().isAway === true ? [life] : []));
      const life = away[prng.integer(0, away.length - 1)];
      const home = life === undefined ? undefined : world.masters[life.slot.plan.master];
      const line = life === undefined ? undefined : world.loans.greetings.get(life);
      if (life === undefined || home === undefined || line === undefined) return undefined;
      const open = openLate(arena, life, home);
      open();
      const { onChange } = world.loans;
      const wait = (owner: unknown, loan: OpenLoan): void => {
        if (owner !== home.life || loan.direction === "in" || loan.worker !== life.id || !isAboutToEnd(loan)) return;
        onChange.delete(wait);
        open().say(line);
        world.calm.jolt(target(home.life?.number ?? 0), "late-alive");
        world.calm.jolt(target(life.number), "late-alive");
        world.scheduler.after(200 + 2_000 * prng.next(), () => open().abort());
      };
      onChange.add(wait);
      world.endLater(world.plan.safetyMs, () => void (onChange.delete(wait) && open().abort()));
      return isOver;
    },
  },

  "late-order": {
    what: "workers stand still when they are told to go, one to three of them, and read the order when the offer has been taken back",
    begin(arena) {
      const { world, prng } = arena;
      const { onChange } = world.loans;
      const stop = ({ loop, number }: WorkerLife, forMs: number): void => {
        if (!loop.isRunning) return;
        const ends = [target, sense].map((of) => world.calm.disturb(of(number), "late-order"));
        loop.stop();
        world.endLater(forMs, () => {
          for (const end of ends) end();
          loop.resume();
        });
      };
      let left = prng.integer(1, 3);
      const wait = (owner: unknown, { direction, state, worker }: OpenLoan): void => {
        if (direction === "in" || state !== "offered") return;
        const life = world.workers.find(({ life: known }) => known?.id === worker)?.life;
        const home = life === undefined ? undefined : world.masters[life.slot.plan.master];
        if (life === undefined || home?.life !== owner || home?.life === undefined) return;
        left--;
        if (left === 0) onChange.delete(wait);
        stop(life, (BEYOND_OFFER_MS + 2_000 * prng.next()) / home.life.clock.rate);
      };
      onChange.add(wait);
      world.endLater(world.plan.safetyMs, () => void onChange.delete(wait));
      return isOver;
    },
  },
} satisfies Record<string, LendingFault>;
