import { assert, createPrng } from "@mutirao/primitives";
import { type TaskStore, TaskStoreError } from "@mutirao/task-store";
import type { LimitedStoreHarness } from "@mutirao/task-store/conformance";
import { createSimDisk, type DiskSession } from "../src/farm/sim-disk.ts";
import { createScheduler, worldMs } from "../src/scheduler.ts";

const FOR_EVER = worldMs(Number.POSITIVE_INFINITY);

/** The suite's surroundings in virtual time: a disk, and processes that open it one after the other. */
export function createSimStoreHarness(seed: string): LimitedStoreHarness {
  const scheduler = createScheduler();
  const disk = createSimDisk({ scheduler, prng: createPrng(seed), commitMinMs: 1, commitMaxMs: 20 });
  let current: DiskSession | undefined;
  let isTurning = false;

  /** Lets time pass until nothing is to happen any more, with a turn for whatever waits for a promise in between. */
  const turn = async (): Promise<void> => {
    if (isTurning) return;
    isTurning = true;
    do for (let turns = 0; turns < 20; turns++) await Promise.resolve();
    while (scheduler.pending > 0 && scheduler.step(FOR_EVER));
    isTurning = false;
  };

  return {
    async open() {
      const session = disk.open((run) => run());
      current = session;
      return storeOver(session, disk.image, () => void turn());
    },
    async crash() {
      current?.crash();
      current = undefined;
    },
    async fillDisk() {
      disk.shortages = 1;
    },
    async makeRoom() {
      disk.shortages = 0;
    },
    async stop() {
      current?.crash();
    },
  };
}

/** The port over a session, which knows no promises. */
function storeOver(
  session: DiskSession,
  image: ReturnType<typeof createSimDisk>["image"],
  turn: () => void,
): TaskStore {
  let phase: "new" | "loaded" | "closed" = "new";
  const use = (): void => assert(phase === "loaded", "a store is used after load() and before close()");
  return {
    async load() {
      assert(phase === "new", "a store is loaded once, before anything else");
      phase = "loaded";
      return session.load();
    },
    async write(changes) {
      use();
      await new Promise<void>((resolve, reject) => {
        session.write(changes, (problem) => {
          if (problem === undefined) resolve();
          else reject(typeof problem === "string" ? new TaskStoreError(problem, "simulated") : problem);
        });
        turn();
      });
    },
    async get(id) {
      use();
      return image.get(id);
    },
    async list({ state, limit }) {
      use();
      const wanted = [...image.values()].filter(({ status }) => state === undefined || status.state === state);
      return wanted.reverse().slice(0, limit);
    },
    async prune(endedBefore, finishedMax) {
      use();
      return new Promise((resolve) => {
        session.prune(endedBefore, finishedMax, resolve);
        turn();
      });
    },
    async close() {
      if (phase === "loaded") session.close();
      phase = "closed";
    },
  };
}
