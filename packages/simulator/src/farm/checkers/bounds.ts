import { GIVES_PER_INTERVAL_MAX, heldMax, registryMax, resultsKeptMax, WRITES_OPEN_MAX } from "../bounds.ts";
import type { LiveBook } from "../oracle/master-book.ts";
import type { CreateFarmChecker, MasterObservation, WorkerObservation } from "../world.ts";
import { endedOf } from "./keeping.ts";

/** Nothing grows without bound: tasks, workers, records of ended tasks, connections, results that wait. */
export const createBoundsChecker: CreateFarmChecker = (_world, fail) => {
  const checkTables = ({ life, now }: MasterObservation): void => {
    const { options, limits } = life.slot.plan;
    const sizes: readonly (readonly [string, number, number])[] = [
      ["tasks", life.core.tasks(1_000_000).length, heldMax(life)],
      ["workers", life.core.workers(now).length, options.workersMax],
      ["peers", life.core.registry().length, registryMax(options)],
      ["connections", life.host.transport.placesTaken, limits.connectionsMax],
      ["writes under way", life.book.writesOpen, WRITES_OPEN_MAX],
      ["records of ended tasks", endedOf(life), 1.1 * options.keepMax + heldMax(life) + 1],
    ];
    for (const [what, size, max] of sizes) if (size > max) fail(`${life.label} has ${size} ${what}, more than ${max}`);
  };

  /** When each task was last given out, oldest first. */
  const gives = new WeakMap<LiveBook, number[]>();

  const checkStorm = ({ life, news, now }: MasterObservation): void => {
    for (const { of: live, task } of news.given) {
      if (live === undefined) continue;
      const times = gives.get(live) ?? [];
      gives.set(live, times);
      times.push(now);
      if (times.length <= GIVES_PER_INTERVAL_MAX) continue;
      const tookMs = now - (times.shift() ?? now);
      if (tookMs < life.slot.plan.options.intervalMs) {
        fail(`${life.label} gives ${task} out ${times.length + 1} times in ${Math.round(tookMs)} ms`);
      }
    }
  };

  const checkWorker = ({ life }: WorkerObservation): void => {
    const { unacknowledged } = life.core.status();
    const max = resultsKeptMax(life);
    if (unacknowledged > max) fail(`${life.label} keeps ${unacknowledged} results, more than ${max}`);
    const { placesTaken } = life.host.transport;
    if (placesTaken > CONNECTIONS_MAX) fail(`${life.label} has ${placesTaken} connections`);
  };

  return { scan: checkTables, master: checkStorm, worker: checkWorker };
};

/** Of a worker: the one that it has, and two that it has closed into a black hole, whose ends nobody has acknowledged yet. */
const CONNECTIONS_MAX = 3;
