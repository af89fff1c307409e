import type { AssignmentBook, LiveBook } from "../oracle/master-book.ts";
import type { CreateFarmChecker, MasterObservation } from "../world.ts";
import { fitsClass } from "./idle.ts";

/**
 * At the moment of giving, nobody who could have had the place is passed over: no ready task of a higher priority, and
 * of the same priority none that was accepted before. And nothing is given before its wait is over.
 */
export const createOrderChecker: CreateFarmChecker = (_world, fail) => {
  /** What each task that is given stood like before: the book has it as assigned already. */
  const checkPassedOver = (observation: MasterObservation, { task, worker }: AssignmentBook): void => {
    const { life, event, now } = observation;
    const given = life.book.live.get(task);
    if (given === undefined) return;
    for (const live of life.book.live.values()) {
      if (live.phase !== "waiting" || !worker.types.has(live.order.type)) continue;
      if (worker.style !== "session" && !fitsClass(live)) continue;
      if (live.isDelayed && (event.type !== "wake" || live.readyAt > now)) continue;
      if (!comesBefore(live, given)) continue;
      fail(`${life.label} gives ${describe(given)} to ${worker.name}, and passes over ${describe(live)}`);
    }
  };

  return {
    master(observation) {
      const { life, news, now } = observation;
      for (const assignment of news.given) {
        const live = life.book.live.get(assignment.task);
        if (live === undefined) {
          fail(`${life.label} gives ${assignment.task}, which is not there to be given`);
          return;
        }
        if (now < live.notBefore) {
          fail(`${life.label} gives ${assignment.task} ${Math.round(live.notBefore - now)} ms before its wait is over`);
        }
        checkPassedOver(observation, assignment);
      }
    },
  };
};

function comesBefore(a: LiveBook, b: LiveBook): boolean {
  if (a.order.priority !== b.order.priority) return a.order.priority > b.order.priority;
  return a.seq < b.seq;
}

const describe = ({ order, seq }: LiveBook): string => `${order.id} (${order.type}, ${order.priority}, number ${seq})`;
