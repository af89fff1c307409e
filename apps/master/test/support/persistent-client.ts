import { setTimeout as delay } from "node:timers/promises";
import type { Task } from "@mutirao/operator-api";
import type { Prng } from "@mutirao/primitives";
import { createArrivals } from "./arrivals.ts";
import type { Operator, TaskOrder } from "./operator.ts";
import type { Recollection } from "./recollection.ts";

/** Hands in tasks without end, and takes no silence for an answer. */
export interface PersistentClient {
  /** Ids that the master has acknowledged, each with the number that its task is to give back. */
  readonly acknowledged: ReadonlyMap<string, number>;
  /** How often something had to be asked again. */
  readonly repeated: number;
  /** Resolves once so many more are acknowledged; rejects if something was answered that must not be. */
  acknowledges(count: number): Promise<void>;
  /** Hands in nothing new. Resolves when all that was handed in is acknowledged. */
  finish(): Promise<void>;
}

export interface PersistentClientOptions {
  readonly operator: Operator;
  readonly prng: Prng;
  /** What it has seen of tasks. */
  readonly recollection: Recollection;
  /** Where handlers note what they did. */
  readonly ran: string;
}

const BATCH_MIN = 20;
const BATCH_MAX = 60;
const WORK_MAX_MS = 30;
/** Batches that are handed in before the end of the first of them is awaited, so that there is always something to do. */
const AHEAD = 3;
/** Tasks of former batches that are looked at after each. */
const SAMPLES = 5;
/** How long such a client waits before it asks again, as it cannot know when the master is back. */
const AGAIN_MS = 50;

export function startPersistentClient({
  operator,
  prng,
  recollection,
  ran,
}: PersistentClientOptions): PersistentClient {
  const acknowledged = new Map<string, number>();
  const counts = createArrivals<number>();
  const ids: string[] = [];
  let repeated = 0;
  let isFinishing = false;

  const handIn = async (orders: readonly TaskOrder[]): Promise<void> => {
    let left = orders;
    for (;;) {
      for (const { id, status } of await operator.submitAll(left)) {
        if (id !== null && (status === 202 || status === 200)) acknowledged.set(id, Number(id.slice(1)));
      }
      counts.add(acknowledged.size);
      left = left.filter(({ id = "" }) => !acknowledged.has(id));
      if (left.length === 0) return;
      repeated++;
      await delay(AGAIN_MS);
    }
  };
  /** Asks until there is an answer. That the task is not known is one, and throws. */
  const insist = async (ask: () => Promise<Task>): Promise<void> => {
    for (;;) {
      try {
        recollection.see(await ask());
        return;
      } catch (error) {
        if (!(error instanceof TypeError)) throw error;
        repeated++;
        await delay(AGAIN_MS);
      }
    }
  };
  const nextBatch = (): readonly TaskOrder[] =>
    Array.from({ length: prng.integer(BATCH_MIN, BATCH_MAX) }, () => {
      const n = ids.length;
      const id = `t${n}`;
      ids.push(id);
      return { id, type: "count", payload: { n, ms: prng.integer(0, WORK_MAX_MS), folder: ran } };
    });
  const work = async (): Promise<void> => {
    const lastOfBatch: string[] = [];
    while (!isFinishing) {
      await handIn(nextBatch());
      lastOfBatch.push(ids.at(-1) ?? "");
      if (lastOfBatch.length <= AHEAD) continue;
      const first = lastOfBatch.shift() ?? "";
      await insist(() => operator.ended(first));
      for (let sample = 0; sample < SAMPLES; sample++) {
        const id = `t${prng.integer(0, ids.length - 1)}`;
        await insist(() => operator.task(id));
      }
    }
  };

  const working = work();
  working.catch(() => {});
  return {
    acknowledged,
    get repeated() {
      return repeated;
    },
    async acknowledges(count) {
      const enough = acknowledged.size + count;
      const isEnough = counts.first(`${enough} acknowledged tasks`, (size) => size >= enough);
      await Promise.race([isEnough, working.then(() => isEnough)]);
    },
    finish() {
      isFinishing = true;
      return working;
    },
  };
}
