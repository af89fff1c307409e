import type { TaskStore } from "../task-store.ts";

/** What the suite needs of a store's surroundings. One harness serves one case, and the suite calls `stop` itself. */
export interface TaskStoreHarness {
  /** Opens the store: a new one, or after its end (by `close` or otherwise) the same one again. */
  open(): Promise<TaskStore>;
  /** Ends whatever the case has left open. */
  stop(): Promise<void>;
}

/** Of a store that outlives its process. */
export interface DurableStoreHarness extends TaskStoreHarness {
  /**
   * The process that has the store open dies at once, in the middle of whatever it does, and with it everything that
   * was not durable. What it was still asked for is never answered. Resolves once the store can be opened again.
   */
  crash(): Promise<void>;
}

/** Of a store whose room can end. */
export interface LimitedStoreHarness extends DurableStoreHarness {
  /** Leaves no room, not even for one more task of a thousand characters. To be called while the store is open. */
  fillDisk(): Promise<void>;
  /** Gives the room back. */
  makeRoom(): Promise<void>;
}
