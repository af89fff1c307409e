import { assert, type EpochMs, type TaskId } from "@mutirao/primitives";
import { byLastChange, type ListQuery, type TaskRecord, type TaskStore } from "@mutirao/task-store";
import { recordOf, stateCell } from "./columns.ts";
import { leaseOf } from "./lease-columns.ts";
import type { ListPart, Perform } from "./messages.ts";
import { startThread } from "./thread-link.ts";
import { createWriteBatches } from "./write-batches.ts";

export interface SqliteTaskStoreOptions {
  /** Where the store's files are, and nobody else's. Made, readable for its owner alone, if there is none. */
  readonly directory: string;
  /** A write that would make the file longer than this is refused with `ERR_STORE_FULL`. Unless given, the disk decides. */
  readonly fileMaxBytes?: number | undefined;
}

/** A task store in a directory. */
export interface SqliteTaskStore extends TaskStore {
  /**
   * Who had the directory last and did not close the store, in words: its process was killed or crashed, or the machine
   * was. `undefined` after an end in good order, and in a directory that is new.
   */
  readonly former: string | undefined;
}

/**
 * Opens the store of a directory, for one process at a time. SQLite runs in a thread of its own, so that no wait for
 * the disk ever holds up the loop. Rejects with a `TaskStoreError`.
 */
export async function openSqliteTaskStore({
  directory,
  fileMaxBytes,
}: SqliteTaskStoreOptions): Promise<SqliteTaskStore> {
  const thread = await startThread({ directory, fileMaxBytes });
  const { perform } = thread;
  const write = createWriteBatches(perform);
  const underWay = new Set<Promise<unknown>>();
  let phase: "new" | "loaded" | "closed" = "new";
  let pruning: Promise<readonly TaskId[]> = Promise.resolve([]);
  let closed: Promise<void> | undefined;

  const use = async <T>(doing: () => Promise<T>): Promise<T> => {
    assert(phase === "loaded", "a store is used after load() and before close()");
    const done = doing();
    underWay.add(done);
    try {
      return await done;
    } finally {
      underWay.delete(done);
    }
  };

  const end = async (): Promise<void> => {
    await Promise.allSettled(underWay);
    // Whatever was asked for has had its answer, so a thread that cannot end in good order has nothing more to say.
    await perform({ kind: "close" }).catch(() => {});
    await thread.end();
  };

  return {
    former: thread.opened.former,
    async load() {
      assert(phase === "new", "a store is loaded once, before anything else");
      phase = "loaded";
      const unfinished: TaskRecord[] = [];
      return use(async () => {
        const rest = await perform({ kind: "load" }, (rows) => unfinished.push(...rows.map(recordOf)));
        return { unfinished, finished: rest.finished, leases: rest.leases.map(leaseOf).sort(byLastChange) };
      });
    },
    write: (changes) => use(() => write(changes)),
    get: (id) =>
      use(async () => {
        const cells = await perform({ kind: "get", id });
        return cells === undefined ? undefined : recordOf(cells);
      }),
    list: (query) => use(() => listAll(perform, query)),
    prune: (endedBefore, finishedMax) =>
      use(() => {
        // The thread knows one choice at a time.
        pruning = pruning.catch(() => {}).then(() => pruneAll(perform, endedBefore, finishedMax));
        return pruning;
      }),
    close() {
      phase = "closed";
      closed ??= end();
      return closed;
    },
  };
}

/** A list in parts, between which others have their turn. */
async function listAll(perform: Perform, { state, limit }: ListQuery): Promise<readonly TaskRecord[]> {
  const records: TaskRecord[] = [];
  const cell = state === undefined ? undefined : stateCell(state);
  let below: number | undefined = Number.MAX_SAFE_INTEGER;
  while (below !== undefined && records.length < limit) {
    const wanted = limit - records.length;
    const part: ListPart = await perform({ kind: "list", state: cell, limit: wanted, below });
    records.push(...part.rows.map(recordOf));
    below = part.below;
  }
  return records;
}

/** Forgets a few at a time, between which others have their turn. */
async function pruneAll(perform: Perform, endedBefore: EpochMs, finishedMax: number): Promise<readonly TaskId[]> {
  const forgotten: TaskId[] = [];
  await perform({ kind: "choose", endedBefore, finishedMax });
  for (;;) {
    const some = await perform({ kind: "forget" });
    if (some === undefined) return forgotten;
    forgotten.push(...some);
  }
}
