import { AssertionError } from "@mutirao/primitives";
import { type StoreChange, TaskStoreError } from "@mutirao/task-store";
import { pushWrite } from "./change-cells.ts";
import type { Cell } from "./columns.ts";
import type { Perform } from "./messages.ts";

/** Asks for changes to be made durable. Rejects with a `TaskStoreError`, or an `AssertionError` if they are impossible. */
export type Write = (changes: readonly StoreChange[]) => Promise<void>;

/** Writes that cross to the thread together. */
interface Batch {
  readonly cells: Cell[];
  readonly writes: { resolve(): void; reject(error: unknown): void }[];
}

/**
 * Collects what is asked for in one turn of the loop. It crosses at once even while the thread is busy, and waits there,
 * so that the thread finds its next group ready and never waits for this loop.
 */
export function createWriteBatches(perform: Perform): Write {
  let batch: Batch | undefined;
  let era = 0;

  const send = async (): Promise<void> => {
    if (batch === undefined) return;
    const { cells, writes } = batch;
    batch = undefined;
    try {
      const mistakes = new Map(await perform({ kind: "write", cells, era }));
      for (const [index, { resolve, reject }] of writes.entries()) {
        const mistake = mistakes.get(index);
        if (mistake === undefined) resolve();
        else reject(new AssertionError(`assertion failed: ${mistake}`));
      }
    } catch (error) {
      // What is asked for from now on is asked for by somebody who knows.
      if (error instanceof TaskStoreError && error.code === "ERR_STORE_FULL") era++;
      for (const { reject } of writes) reject(error);
    }
  };

  return async (changes) => {
    const { cells, writes } = batch ?? { cells: [], writes: [] };
    pushWrite(cells, changes);
    if (batch === undefined) {
      batch = { cells, writes };
      setImmediate(() => void send());
    }
    await new Promise<void>((resolve, reject) => writes.push({ resolve, reject }));
  };
}
