import type { DurableStoreHarness } from "@mutirao/task-store/conformance";
import { type StoreProcess, startStoreProcess } from "./store-process.ts";

/** The conformance suite's harness over a store in a process of its own, which really dies. */
export function createProcessHarness(directory: string): DurableStoreHarness {
  let current: StoreProcess | undefined;
  const crash = async (): Promise<void> => {
    await current?.kill();
    current = undefined;
  };
  return {
    async open() {
      // After close() the process has nothing left, but is there.
      await crash();
      current = await startStoreProcess({ directory });
      return current.store;
    },
    crash,
    stop: crash,
  };
}
