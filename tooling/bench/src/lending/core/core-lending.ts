import { requestId, type TaskDraft } from "@mutirao/node-core";
import { assert, durationMs, jsonText, taskId } from "@mutirao/primitives";
import { REQUESTS, worldMs } from "@mutirao/simulator/parts";
import type { LendingWorld, Trace, WorldRun } from "../world.ts";
import type { Master } from "./boot-master.ts";
import { TASK_TYPE } from "./boot-worker.ts";
import type { Company } from "./cluster.ts";
import { runUntil, startCluster } from "./start-cluster.ts";

/** NONE: the production masters, each for itself. */
export const coreAlone = coreWorld("NONE", "alone");
/** LEND: the production masters, with their defaults. */
export const coreLending = coreWorld("LEND", "together");

function coreWorld(name: string, company: Company): LendingWorld {
  return {
    name,
    run(trace, conditions, seed) {
      const { cluster, masters } = startCluster(trace, conditions, seed, company);
      const { scheduler, sights } = cluster;
      const beganAtMs = scheduler.now;
      assert(sights.moves === 0 && sights.messages === 0, "nobody is lent where there is nothing to do");
      for (const { atMs, master, tasks } of handedIn(trace)) {
        runUntil(scheduler, beganAtMs + atMs);
        submit(masters[master], tasks);
      }
      while (sights.done < trace.tasks.length) {
        assert(scheduler.step(worldMs(Number.POSITIVE_INFINITY)), "there is always a heartbeat to come");
      }
      const { endedAtMs, isBorrowed, moves, messages, lent } = sights;
      return {
        endedAtMs: endedAtMs.map((endMs) => endMs - beganAtMs),
        isBorrowed,
        moves,
        messages,
        workersLent: lent.size,
      } satisfies WorldRun;
    },
  };
}

/** What is handed in together: the tasks that come to one master at one moment. */
interface HandedIn {
  readonly atMs: number;
  readonly master: number;
  readonly tasks: number[];
}

function handedIn({ tasks }: Trace): readonly HandedIn[] {
  const all: HandedIn[] = [];
  for (const [index, { atMs, master }] of tasks.entries()) {
    const last = all.at(-1);
    if (last?.atMs === atMs && last.master === master) last.tasks.push(index);
    else all.push({ atMs, master, tasks: [index] });
  }
  return all;
}

/** Longer than any task here takes. */
const TIMEOUT_MS = durationMs(600_000);

function submit(master: Master | undefined, tasks: readonly number[]): void {
  assert(master !== undefined, "a trace names masters that there are");
  const drafts = tasks.map(
    (task): TaskDraft => ({
      id: taskId(`t${task}`),
      type: TASK_TYPE,
      payload: jsonText(`${task}`),
      priority: 0,
      timeoutMs: TIMEOUT_MS,
      maxAttempts: 1,
    }),
  );
  master.loop.post(REQUESTS, () => master.host.deliver({ type: "submit", request: requestId(tasks[0] ?? 0), drafts }));
}
