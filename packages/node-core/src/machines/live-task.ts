import type { EpochMs, InstantMs, JsonText, NodeId } from "@mutirao/primitives";
import type { AttemptStory, EndState, TaskError, TaskOrder, TaskStatus } from "@mutirao/task-store";
import type { RequestId } from "../master-events.ts";
import type { WriteIntent } from "./durable-writes.ts";
import type { Lane } from "./lane.ts";
import type { Attempt } from "./worker-record.ts";

/**
 * A task that has not ended.
 *
 *   accepting --durable--> pending --given--> running --result, or failed too often--> ending --durable--> (ended)
 *                            ^  ^                |
 *                            |  +--worker lost---+
 *                            +--- delayed <--NOK-+
 */
export interface LiveTask {
  readonly order: TaskOrder;
  /** Its place in the order of acceptance. It keeps it when it is given back, which puts it at the head. */
  readonly seq: number;
  phase: "accepting" | "pending" | "delayed" | "running" | "ending";
  attempts: number;
  failures: number;
  losses: number;
  stories: readonly AttemptStory[];
  /** When the last attempt began. */
  startedAt: EpochMs | undefined;
  /** Since when it waits, or waited before it was given out. */
  queuedAt: InstantMs;
  /** Of a recovered task: who has been running it for long, and may come back with it. */
  formerWorker: NodeId | undefined;
  /** Who runs it now. */
  attempt: Attempt | undefined;
  /** The store knows that it has been running for long. */
  isMarked: boolean;
  progress: { readonly fraction: number; readonly note: string | undefined } | undefined;
  /** How it is about to end, once that is durable. */
  end: TaskEnd | undefined;
  /** Counts up whenever it enters or leaves a queue; what a queue holds under an older number is stale. */
  ticket: number;
  /** Writes about it that the store has not answered, but for those of its acceptance and its end. */
  notesOpen: number;
  /** Who is to be told once all that is known of it is durable. */
  acks: readonly Acknowledge[];
  cancelRequests: readonly RequestId[];
  /** Where it waits to be given out. */
  lane: Lane | undefined;
  /** While it is being accepted: the write with which it becomes durable. */
  acceptedWith: WriteIntent | undefined;
}

export interface TaskEnd {
  readonly state: EndState;
  readonly endedAt: EpochMs;
  readonly worker: NodeId | undefined;
  readonly result: JsonText | undefined;
  readonly error: TaskError | undefined;
}

/** Tells a worker that its result is recorded, in the way that the worker knows. */
export type Acknowledge = () => void;

/** A backlog may hold a million tasks, and hardly any of them has anybody to tell. */
export const NOBODY = [] as const;

const STORIES_MAX = 10;

export function createLiveTask(order: TaskOrder, seq: number, queuedAt: InstantMs): LiveTask {
  return {
    order,
    seq,
    phase: "accepting",
    attempts: 0,
    failures: 0,
    losses: 0,
    stories: [],
    startedAt: undefined,
    queuedAt,
    formerWorker: undefined,
    attempt: undefined,
    isMarked: false,
    progress: undefined,
    end: undefined,
    ticket: 0,
    notesOpen: 0,
    acks: NOBODY,
    cancelRequests: NOBODY,
    lane: undefined,
    acceptedWith: undefined,
  };
}

export function addStory(task: LiveTask, story: AttemptStory): void {
  task.stories = [...task.stories, story].slice(-STORIES_MAX);
}

/** Of a task that nobody has worked on. A backlog may hold a million of them, and this is all there is to say of each. */
export const UNTOUCHED: TaskStatus = {
  state: "pending",
  attempts: 0,
  failures: 0,
  losses: 0,
  stories: [],
  worker: undefined,
  startedAt: undefined,
  endedAt: undefined,
  result: undefined,
  error: undefined,
};

/** What the store is to keep of a task as it stands. */
export function statusOf(task: LiveTask): TaskStatus {
  const { end, attempts, failures, losses, stories, startedAt } = task;
  const runner = task.isMarked ? (task.attempt?.worker.id ?? task.formerWorker) : undefined;
  return {
    state: end?.state ?? "pending",
    attempts,
    failures,
    losses,
    stories,
    worker: end === undefined ? runner : end.worker,
    startedAt,
    endedAt: end?.endedAt,
    result: end?.result,
    error: end?.error,
  };
}
