import type {
  LoadView,
  MasterEffect,
  MasterEvent,
  MasterNode,
  MasterOwnEvent,
  RunId,
  TaskDraft,
  WorkerEffect,
  WorkerEvent,
  WorkerNode,
  WorkerOwnEvent,
} from "@mutirao/node-core";
import type { TaskId } from "@mutirao/primitives";
import type { TaskRecord } from "@mutirao/task-store";
import type { NetworkStage } from "../faults/network-faults.ts";
import type { SimHost, Step } from "../hosts/sim-host.ts";
import type { Machine } from "../network/machine.ts";
import type { Fail, Life } from "../stage.ts";
import type { ForeignWorker } from "./foreign/foreign-worker.ts";
import type { MasterBook, News } from "./oracle/master-book.ts";
import type { FarmPlan, MasterPlan, WorkerPlan } from "./plan.ts";
import type { DiskSession, SimDisk } from "./sim-disk.ts";
import type { Submitter } from "./submitter.ts";
import type { Execution, Truth } from "./truth.ts";

/** One process of a master. */
export interface MasterLife extends Life {
  readonly kind: "master";
  readonly slot: MasterSlot;
  readonly core: MasterNode;
  readonly host: SimHost<MasterOwnEvent>;
  readonly store: DiskSession;
  readonly book: MasterBook;
  requests: number;
}

/** One process of a worker of ours. */
export interface WorkerLife extends Life {
  readonly kind: "worker";
  readonly slot: WorkerSlot;
  readonly core: WorkerNode;
  readonly host: SimHost<WorkerOwnEvent>;
  readonly boot: string;
  /** What its handlers are doing. */
  readonly active: Map<RunId, Execution>;
  /** It was told to leave. */
  isLeaving: boolean;
}

/** A place for a master: what its plan says, its disk, and who lives there now. */
export interface MasterSlot {
  readonly index: number;
  readonly plan: MasterPlan;
  readonly machine: Machine;
  readonly disk: SimDisk;
  readonly tasks: Map<TaskId, TaskBook>;
  readonly submitter: Submitter;
  life: MasterLife | undefined;
  /** What to add to a moment of its clock to get the time of day that its machine shows. */
  wallOffsetMs: number;
}

export interface WorkerSlot {
  readonly index: number;
  readonly plan: WorkerPlan;
  readonly machine: Machine;
  life: WorkerLife | undefined;
  boots: number;
  /** The fault for which its last process was told to leave, until the next has shown that it works. */
  leftFor: string | undefined;
  /** Somebody will start it again; until then nobody does. */
  isDown: boolean;
}

/** How a task behaves when it is run. */
export interface TaskNature {
  readonly serviceMs: number;
  /** What happens in its first runs, as many as `times`; after those it is done in good order. */
  readonly flaw: "none" | "nok" | "hang" | "poison";
  readonly times: number;
  /** Its handler takes no notice of a cancellation. */
  readonly isDeaf: boolean;
}

/** A task that was ever handed in, and what its submitter was told of it. */
export interface TaskBook {
  readonly draft: TaskDraft;
  readonly nature: TaskNature;
  /** It was answered as accepted, so it must never be lost. */
  isAcknowledged: boolean;
  /** The store has forgotten it, as it may with what ended long ago. */
  isForgotten: boolean;
  cancelAnswered: boolean;
  /** Retries by hand under way, or answered: each lets an ended record change once. */
  reopenings: number;
}

export type MasterStep = Step<MasterEvent, MasterEffect>;
export type WorkerStep = Step<WorkerEvent, WorkerEffect>;

export interface MasterObservation extends MasterStep {
  readonly life: MasterLife;
  /** What the step meant, in the oracle's own books. */
  readonly news: News;
  /** What the master shows of its load right after it. */
  readonly load: LoadView;
}

export interface WorkerObservation extends WorkerStep {
  readonly life: WorkerLife;
}

/** A record as it becomes durable. */
export interface DurableChange {
  readonly slot: MasterSlot;
  readonly before: TaskRecord | undefined;
  readonly after: TaskRecord;
}

/** Watches a run, and fails it by calling what it was created with. */
export interface FarmChecker {
  readonly master?: (observation: MasterObservation) => void;
  readonly worker?: (observation: WorkerObservation) => void;
  readonly durable?: (change: DurableChange) => void;
  /** Told now and then, after a step of a master: time to look at everything. */
  readonly scan?: (observation: MasterObservation) => void;
  readonly lifeBegan?: (life: MasterLife | WorkerLife) => void;
  readonly lifeStopped?: (life: MasterLife | WorkerLife) => void;
  readonly lifeEnded?: (life: MasterLife | WorkerLife) => void;
  /** The run is over. */
  readonly finish?: () => void;
}

export type CreateFarmChecker = (world: FarmWorld, fail: Fail) => FarmChecker;

/** A run. */
export interface FarmWorld extends NetworkStage {
  readonly plan: FarmPlan;
  readonly masters: readonly MasterSlot[];
  readonly workers: readonly WorkerSlot[];
  readonly foreigners: readonly ForeignWorker[];
  readonly truth: Truth;
  /** What a handler does with a task. */
  natureOf(task: TaskId): TaskNature;
  lives(): readonly (MasterLife | WorkerLife)[];
}
