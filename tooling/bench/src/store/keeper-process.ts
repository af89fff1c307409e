/** A keeper of tasks and its load, in a process of its own. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { openSqliteTaskStore } from "@mutirao/task-store-sqlite";
import { serveCalls } from "../children/serve-calls.ts";
import { readUsage } from "../children/usage.ts";
import { quantileMs } from "../histogram.ts";
import { openAppendLog } from "./append-log.ts";
import { openOurStore } from "./our-store.ts";
import { createNothing, type KeeperName, type TaskKeeper } from "./task-keeper.ts";
import { makeTask, startLoad } from "./workload.ts";

export interface KeepSettings {
  readonly keeper: KeeperName;
  readonly groupSize: number;
  readonly warmUpMs: number;
  readonly windowMs: number;
}

/** What one window has shown. */
export interface KeepFigures {
  readonly tasksPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly cpuUsPerTask: number;
}

const OPEN: Readonly<Record<KeeperName, (directory: string) => Promise<TaskKeeper> | TaskKeeper>> = {
  ours: openOurStore,
  log: openAppendLog,
  nothing: createNothing,
};

async function keep({ keeper: name, groupSize, warmUpMs, windowMs }: KeepSettings): Promise<KeepFigures> {
  return inTemporaryDirectory(async (directory) => {
    const keeper = await OPEN[name](directory);
    const load = startLoad(keeper, groupSize);
    await sleep(warmUpMs);
    load.take();
    const from = readUsage();
    await sleep(windowMs);
    // On a disk that stands still, a window without a single group has no rate.
    await load.somethingDone();
    const [to, { tasks, latencies }] = [readUsage(), load.take()];
    await load.stop();
    await keeper.close();
    return {
      tasksPerSecond: (1_000 * tasks) / (to.atMs - from.atMs),
      p50Ms: quantileMs(latencies.counts, 0.5),
      p99Ms: quantileMs(latencies.counts, 0.99),
      cpuUsPerTask: (to.cpuUs - from.cpuUs) / tasks,
    };
  });
}

/** How long it takes to open and load our store with so many unfinished tasks, in milliseconds. */
async function reopen(tasks: number): Promise<number> {
  return inTemporaryDirectory(async (directory) => {
    const keeper = await openOurStore(directory);
    for (let made = 0; made < tasks; made += 1_000) {
      await keeper.accept(Array.from({ length: 1_000 }, (_, index) => makeTask(made + index)));
    }
    await keeper.close();
    const beganAtMs = performance.now();
    const store = await openSqliteTaskStore({ directory });
    const { unfinished } = await store.load();
    const tookMs = performance.now() - beganAtMs;
    if (unfinished.length !== tasks) throw new Error(`${unfinished.length} of ${tasks} tasks were there again`);
    await store.close();
    return tookMs;
  });
}

async function inTemporaryDirectory<T>(use: (directory: string) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), "mutirao-bench-"));
  try {
    return await use(directory);
  } finally {
    await rm(directory, { recursive: true });
  }
}

serveCalls({ keep, reopen });
