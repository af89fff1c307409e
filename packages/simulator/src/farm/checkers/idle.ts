import type { LiveBook, WorkerBook } from "../oracle/master-book.ts";
import type { CreateFarmChecker, MasterLife, MasterObservation } from "../world.ts";

/**
 * No ready task waits while a worker that is there, has resynced and can take it has an idle slot. The bound is nothing at
 * all: every event is followed by giving out what can be given, and the end of a delay is an event of its own, so
 * right after a step there is either no such task or no such slot. Of a task that waited for a deadline this can be
 * asked only once the wake-up for it has come; and a push worker that has just reported first has all read that has arrived. A pull worker has a slot at the moment when it asks.
 */
export const createIdleChecker: CreateFarmChecker = (_world, fail) => {
  const waitsFor = (life: MasterLife, worker: WorkerBook, observation: MasterObservation): LiveBook | undefined => {
    for (const live of life.book.live.values()) {
      if (live.phase !== "waiting" || !worker.types.has(live.order.type)) continue;
      if (live.isDelayed && (observation.event.type !== "wake" || live.readyAt > observation.now)) continue;
      if (worker.style !== "session" && !fitsClass(live)) continue;
      return live;
    }
    return undefined;
  };

  return {
    master(observation) {
      const { life, news } = observation;
      if (life.book.count("waiting") === 0) return;
      for (const worker of life.book.workers.values()) {
        if (worker.style === "pull" ? !news.refusedPolls.has(worker) : !hasIdleSlot(worker)) continue;
        const live = waitsFor(life, worker, observation);
        if (live !== undefined) {
          fail(
            `${life.label}: ${live.order.id} waits while ${worker.name} has ${worker.assigned.size} tasks in ${worker.slots} slots`,
          );
        }
      }
    },
  };
};

const hasIdleSlot = ({
  status,
  conn,
  isResynced,
  assigned,
  unwanted,
  slots,
  owesPong,
  isResting,
}: WorkerBook): boolean =>
  status === "alive" &&
  conn !== undefined &&
  isResynced &&
  assigned.size + unwanted.size < slots &&
  !owesPong &&
  !isResting;

export const fitsClass = ({ order }: LiveBook): boolean => order.type === "QUERY" && order.payload.length < 1_000;
