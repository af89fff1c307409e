import type { TaskStore } from "@mutirao/task-store";
import type { TaskStoreHarness } from "@mutirao/task-store/conformance";
import { openSqliteTaskStore } from "../../src/index.ts";

/** The conformance suite's harness over a store in this process, for what needs no crash. */
export function createHarnessInProcess(directory: string): TaskStoreHarness {
  let store: TaskStore | undefined;
  return {
    async open() {
      store = await openSqliteTaskStore({ directory });
      return store;
    },
    async stop() {
      await store?.close();
    },
  };
}
