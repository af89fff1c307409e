import { randomUUID } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Task } from "@mutirao/operator-api";
import { createPrng, type Prng } from "@mutirao/primitives";
import { test } from "@mutirao/process-tests";
import { describe, expect } from "vitest";
import { type CrashScene, createCrashScene, SLOTS } from "./support/crash-scene.ts";
import type { Operator } from "./support/operator.ts";
import { type PersistentClient, startPersistentClient } from "./support/persistent-client.ts";
import { createRecollection } from "./support/recollection.ts";
import type { Seat } from "./support/seat.ts";

/** By hand: CRASH_ROUNDS=1000, and CRASH_SEED for the kills of a run that failed (their moments are not repeated). */
const ROUNDS = Number(process.env["CRASH_ROUNDS"] ?? 50);
const SEED = process.env["CRASH_SEED"] ?? randomUUID().slice(0, 8);
const FARMS = [2, 3];

/** Who is killed in a round. */
function victims({ master, workers }: CrashScene, prng: Prng): readonly Seat[] {
  const worker = workers[prng.integer(0, workers.length - 1)] ?? master;
  return prng.pick([[master], [master], [worker], [worker], [master, worker]] as const);
}

async function kill(scene: CrashScene, client: PersistentClient, prng: Prng): Promise<void> {
  let killed: readonly Seat[] = [];
  for (let round = 0; round < ROUNDS / FARMS.length; round++) {
    // Now and then the next one is killed while the last one has not come up.
    if (prng.chance(0.75)) {
      await Promise.all(killed.map((seat) => seat.up()));
      await client.acknowledges(prng.integer(0, 100));
    }
    await delay(prng.integer(0, 100));
    killed = victims(scene, prng);
    await Promise.all(killed.map((seat) => seat.crash()));
  }
}

/** The tasks with these ids, once all have ended. */
async function allEnded(operator: Operator, ids: readonly string[]): Promise<readonly Task[]> {
  const tasks: Task[] = [];
  const rest = ids.values();
  const ask = async (): Promise<void> => {
    for (const id of rest) tasks.push(await operator.ended(id));
  };
  await Promise.all(Array.from({ length: 16 }, ask));
  return tasks;
}

/** How often the handlers did each number, by their own count. */
function executions(folder: string): ReadonlyMap<number, number> {
  const times = new Map<number, number>();
  for (const file of readdirSync(folder)) {
    for (const line of readFileSync(join(folder, file), "utf8").split("\n").slice(0, -1)) {
      times.set(Number(line), (times.get(Number(line)) ?? 0) + 1);
    }
  }
  return times;
}

const total = (numbers: Iterable<number>): number => [...numbers].reduce((sum, number) => sum + number, 0);

describe.concurrent("kill -9 under load", { timeout: 240_000 }, () => {
  test.for(FARMS)(
    "of a master and its %i workers, at any moment: nothing lost, nothing doubled",
    async (farm, { processes }) => {
      const prng = createPrng(`${SEED}/${farm}`);
      process.stdout.write(`crash: seed ${SEED}, farm of ${farm}\n`);
      const scene = await createCrashScene(
        processes,
        Array.from({ length: farm }, (_, index) => `w${index + 1}`),
      );
      const { master, workers, operator, ran } = scene;
      await Promise.all([master, ...workers].map((seat) => seat.up()));
      const recollection = createRecollection();
      const client = startPersistentClient({ operator, prng: prng.fork("client"), recollection, ran });
      await kill(scene, client, prng.fork("kills"));
      await Promise.all([master, ...workers].map((seat) => seat.up()));
      await client.finish();
      const { acknowledged } = client;
      const seen = recollection.size;
      const tasks = await allEnded(operator, [...acknowledged.keys()]);

      // Everything acknowledged is known, done, and rightly so, and as it was when it was first seen to be done.
      expect(tasks).toHaveLength(acknowledged.size);
      for (const task of tasks) {
        expect(task).toMatchObject({
          state: "done",
          result: { n: acknowledged.get(task.id) },
          error: null,
          failures: 0,
        });
        recollection.see(task);
      }
      // What crashed was a worker: each time it took at most its slots with it, and a master's crash cost no attempt.
      const workerCrashes = total(workers.map(({ crashes }) => crashes));
      expect(total(tasks.map(({ losses }) => losses))).toBeLessThanOrEqual(SLOTS * workerCrashes);
      for (const { stories, losses, attempts } of tasks) {
        expect(stories.map(({ code }) => code)).toStrictEqual(Array.from({ length: losses }, () => "ERR_WORKER_LOST"));
        expect(attempts).toBeGreaterThanOrEqual(losses);
      }
      // The books agree.
      for (const state of ["pending", "running", "failed", "dead", "cancelled"] as const) {
        expect(await operator.tasks(state)).toStrictEqual([]);
      }
      expect(await operator.load()).toMatchObject({ backlog: 0, running: 0 });
      const again = await operator.submitAll([...acknowledged.keys()].map((id) => ({ id, type: "count", payload: 0 })));
      expect(new Set(again.map(({ status }) => status))).toStrictEqual(new Set([200]));
      expect(again).toHaveLength(acknowledged.size);
      const done = executions(ran);
      expect([...done.keys()].toSorted((a, b) => a - b)).toStrictEqual(
        [...acknowledged.values()].toSorted((a, b) => a - b),
      );

      const times = total(done.values());
      process.stdout.write(
        `crash: farm of ${farm}: 0 lost and 0 doubled of ${tasks.length} tasks (95 %: fewer than 1 of ` +
          `${Math.floor(tasks.length / 3)}); ${master.crashes} kills of the master and ${workerCrashes} of workers; ` +
          `${client.repeated} requests repeated, ${seen} records looked at twice, ${times - tasks.length} runs in vain\n`,
      );
    },
  );
});
