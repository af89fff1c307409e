import type { Mistakes } from "@mutirao/command";
import type {
  Answer,
  DraftAnswer,
  LoadView,
  LoanQuery,
  LoanView,
  MasterOptionValues,
  Notice,
  TaskDraft,
  TaskView,
  WorkerView,
} from "@mutirao/node-core";
import type { Journal, MasterOrder } from "@mutirao/node-runtime";
import type { DurationMs, Endpoint, EpochMs, NodeId, TaskId } from "@mutirao/primitives";
import type { PeerStatus } from "@mutirao/registry";
import type { StoredState, TaskOrder, TaskStatus } from "@mutirao/task-store";

/** A task as it stands: one that has not ended from the master, one that has from its store. */
export interface TaskDetails extends TaskOrder {
  readonly state: StoredState | "running";
  readonly status: TaskStatus;
  readonly progress: TaskView["progress"];
}

export interface TaskQuery {
  /** All states if absent. */
  readonly state: TaskDetails["state"] | undefined;
  readonly limit: number;
}

/** A peer as an operator sees it. */
export interface PeerView {
  /** Names the entry, see `RegistryEntry`. */
  readonly key: string;
  /** `undefined` if it never answered. */
  readonly id: NodeId | undefined;
  readonly endpoint: Endpoint;
  readonly status: PeerStatus;
  readonly lastSeenAt: EpochMs | undefined;
}

/** Whether a master takes tasks, or why not. */
export type Readiness = "ready" | "starting" | "store-failed" | "draining" | "stopping";

/**
 * What an operator can ask of a running master. Whatever waits for the disk is a promise; it rejects with a
 * `TaskStoreError` if the store cannot do it, and with anything else only by a mistake of ours.
 */
export interface MasterAccess {
  readonly id: NodeId;
  /** Whether it was started to lend and borrow. */
  readonly lending: MasterOptionValues["lending"];
  /** Answers each draft, in their order, once all that are accepted are durable. */
  submit(drafts: readonly TaskDraft[]): Promise<readonly DraftAnswer[]>;
  /** Answers `cancelled` or `refused`, once that is durable. */
  cancel(id: TaskId): Promise<Answer>;
  /** Answers `retried` or `refused`, once that is durable. */
  retry(id: TaskId): Promise<Answer>;
  task(id: TaskId): Promise<TaskDetails | undefined>;
  /** The most recently accepted first. */
  tasks(query: TaskQuery): Promise<readonly TaskDetails[]>;
  workers(): readonly WorkerView[];
  peers(): readonly PeerView[];
  load(): LoadView;
  loans(query: LoanQuery): readonly LoanView[];
  /** What an operator wants moved by hand. */
  order(order: Exclude<MasterOrder, { readonly type: "drain" }>): Promise<Answer>;
  /** Ends the master in good order. Gives how long that may take: as long as was asked for, or as its flags say. */
  drain(forMs: DurationMs | undefined): DurationMs;
  readonly journal: Pick<Journal, "entries" | "lost">;
  readonly mistakes: Pick<Mistakes, "counts">;
  readiness(): Readiness;
  /** Tells every notice from now on, until the function that it gives is called. A `task-recorded` can be read with `task`. */
  onNotice(listener: (notice: Notice) => void): () => void;
}
