import { counted, type Narrator } from "./narrator.ts";
import type { House } from "./town.ts";

/** Follows tasks to their ends, and shows how far they are. */
export interface Harvesting {
  /** Resolves once so many are done. */
  reached(count: number): Promise<void>;
  /** Resolves once all have ended, with how many each worker did. Rejects if one did not end well. */
  readonly over: Promise<ReadonlyMap<string, number>>;
}

/** @param onDone is told of each task's worker, as tasks are done */
export function followHarvest(
  house: House,
  ids: readonly string[],
  narrator: Narrator,
  onDone: (worker: string) => void = () => {},
): Harvesting {
  const byWorker = new Map<string, number>();
  const waiting = new Map<number, () => void>();
  let done = 0;
  const follow = async (id: string): Promise<void> => {
    const { state, worker } = await house.ended(id);
    if (state !== "done" || worker === null) throw new Error(`the task ${id} is ${state}`);
    byWorker.set(worker, (byWorker.get(worker) ?? 0) + 1);
    done++;
    onDone(worker);
    narrator.progress(done, ids.length, `tasks of ${house.name}'s, done by ${counted(byWorker.size, "worker")}`);
    waiting.get(done)?.();
  };
  const followAll = async (): Promise<ReadonlyMap<string, number>> => {
    narrator.progress(0, ids.length, `tasks of ${house.name}'s`);
    await Promise.all(ids.map(follow));
    narrator.endProgress();
    return byWorker;
  };
  const over = followAll();
  // Whoever waits for something else at that moment hears of it when he comes back to this.
  over.catch(() => {});
  return {
    over,
    async reached(count) {
      const { promise, resolve } = Promise.withResolvers<void>();
      waiting.set(count, resolve);
      if (done < count) await Promise.race([promise, over]);
    },
  };
}
