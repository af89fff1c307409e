import { openSqliteTaskStore } from "@mutirao/task-store-sqlite";
import type { TaskKeeper } from "./task-keeper.ts";

/** The store as a master has it. */
export async function openOurStore(directory: string): Promise<TaskKeeper> {
  const store = await openSqliteTaskStore({ directory });
  await store.load();
  return {
    accept: async (tasks) => store.write(tasks.map((task) => ({ kind: "accepted", task }))),
    end: async (ends) => store.write(ends.map(([id, status]) => ({ kind: "updated", id, status }))),
    close: () => store.close(),
  };
}
