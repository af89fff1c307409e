import { link, observer, sense, target } from "../../calm.ts";
import type { LossNews } from "../../farm/oracle/master-book.ts";
import type { MasterLife, WorkerLife } from "../../farm/world.ts";
import type { WorldMs } from "../../scheduler.ts";
import type { CreateLendingChecker } from "../world.ts";

/**
 * A move never costs a task anything. A worker that is sent away, called back or goes home has ended what it had before, or
 * hands it back: no master loses a task to a worker that nothing has happened to but that it moved.
 */
export const createFreeMovesChecker: CreateLendingChecker = (world, fail) => {
  const movedAt = new WeakMap<WorkerLife, WorldMs>();

  const isWell = (master: MasterLife, worker: WorkerLife, sinceMs: number): boolean => {
    const parties = [master, worker].flatMap(({ number }) => [target(number), observer(number), sense(number)]);
    return [...parties, link(master.machine.index, worker.machine.index)].every((what) => {
      const since = world.calm.since(what);
      return since !== undefined && since < sinceMs;
    });
  };

  const check = (life: MasterLife, { assignment, code }: LossNews): void => {
    const { worker, task, givenAt } = assignment;
    const mover = world.workers.find((slot) => slot.life?.id === worker.id)?.life;
    const moved = mover === undefined ? undefined : movedAt.get(mover);
    const given = life.clock.worldAt(givenAt);
    if (mover === undefined || moved === undefined || moved < given || mover.bornAt > given) return;
    if (worker.boot !== mover.boot || !isWell(life, mover, given)) return;
    fail(`${life.label} has lost ${task} (${code}) to ${mover.label}, which has done nothing but move`);
  };

  return {
    master({ life, news }) {
      for (const loss of news.lost) check(life, loss);
    },
    worker({ life, effects, at }) {
      if (effects.some((effect) => effect.type === "notify" && effect.notice.kind === "worker-moved"))
        movedAt.set(life, at);
    },
  };
};
