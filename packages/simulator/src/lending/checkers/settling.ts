import type { MasterSlot, WorkerLife } from "../../farm/world.ts";
import { isWorkOver } from "../settled.ts";
import type { CreateLendingChecker } from "../world.ts";

/**
 * 30 s after the end of the last fault, or of the last task if that is later, every worker is home and idle and its owner
 * knows it: nobody waits for a lease to end where all are well. With masters of other teams, which give back when they
 * like, `homecoming` has another bound.
 */
export const createSettlingChecker: CreateLendingChecker = (world, fail) => {
  const { masters, workers, foreignMasters, movers } = world.plan;
  const isOurs = foreignMasters.length === 0 && movers.length === 0;
  const slowest = (of: (master: (typeof masters)[number]) => number): number => Math.max(...masters.map(of));
  const findMs = slowest(({ options, limits }) => options.timeoutMs + 4 * (options.backOffMaxMs + limits.connectMs));
  const limitMs = 1.2 * (SETTLED_MS + findMs);
  const isPolled = workers.some(({ options }) => options.style === "pull");
  let quietSince: number | undefined;

  const check = (life: WorkerLife | undefined, home: MasterSlot | undefined): void => {
    if (life === undefined || home?.life === undefined) return;
    const { isAway, phase, running, epoch } = life.core.status();
    const told = `${life.label}, ${Math.round(limitMs)} ms after all was quiet,`;
    if (isAway) fail(`${told} is still away under ${epoch} (${phase})`);
    if (phase !== "connected" || running > 0) fail(`${told} is ${phase}, with ${running} tasks`);
    const views = home.life.core.workers(life.clock.read(world.scheduler.now));
    if (!views.some(({ id, status, isBorrowed }) => id === life.id && status === "ALIVE" && !isBorrowed))
      fail(`${told} is not known to ${home.life.label}`);
  };

  return {
    scan({ at }) {
      if (!isOurs || isPolled || !world.isCalmForGood || !isWorkOver(world)) {
        quietSince = undefined;
        return;
      }
      quietSince ??= at;
      if (at - quietSince < limitMs) return;
      for (const { life, plan } of world.workers) check(life, world.masters[plan.master]);
    },
  };
};

const SETTLED_MS = 30_000;
