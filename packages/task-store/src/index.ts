/**
 * The task store port: what a master asks of whatever remembers its tasks and leases across crashes, and what their records are.
 * The in-memory store here forgets everything with its process; every implementation passes the suite in
 * `./conformance`.
 */
export { endOf } from "./end-of-task.ts";
export type { LeaseBorrower, LeaseRecord } from "./lease-record.ts";
export { byLastChange, chooseLeasesToForget, LEASES_MAX, leaseMistake } from "./leases.ts";
export { createMemoryTaskStore } from "./memory.ts";
export { chooseToForget } from "./pruning.ts";
export type {
  AttemptStory,
  EndState,
  StoredState,
  TaskError,
  TaskOrder,
  TaskRecord,
  TaskStatus,
} from "./task-record.ts";
export {
  type FinishedTask,
  type LeaseChange,
  type ListQuery,
  type StoreChange,
  type StoreContents,
  type StoreErrorCode,
  storeErrors,
  type TaskChange,
  type TaskStore,
  TaskStoreError,
} from "./task-store.ts";
