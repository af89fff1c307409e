import { createIdleChecker } from "../../farm/checkers/idle.ts";
import type { WorkerBook } from "../../farm/oracle/master-book.ts";
import type { CreateLendingChecker } from "../world.ts";

/** No ready task waits while an own worker that is here, and is not promised to anybody, has an idle slot. */
export const createOwnIdleChecker: CreateLendingChecker = (world, fail) => {
  const { master } = createIdleChecker(world, fail);
  return {
    master(observation) {
      const { life, news } = observation;
      if (life.book.count("waiting") === 0) return;
      const { open, speakers } = world.loans.of(life);
      const lent = new Set<string>();
      for (const { worker } of open.values()) lent.add(worker);
      // A guest whose owner has just said that it is home is gone, whatever it asked for before.
      const isOwn = ({ id, conn, status }: WorkerBook): boolean => {
        const owner = conn === undefined ? undefined : speakers.get(conn)?.owner;
        return status !== "gone" && !lent.has(id) && (owner === undefined || owner === life.id);
      };
      const workers = new Map([...life.book.workers].filter(([, worker]) => isOwn(worker)));
      const refusedPolls = new Set([...news.refusedPolls].filter(isOwn));
      const seen = { ...life, book: { ...life.book, workers, live: life.book.live, count: life.book.count } };
      master?.({ ...observation, life: seen, news: { ...news, refusedPolls } });
    },
  };
};
