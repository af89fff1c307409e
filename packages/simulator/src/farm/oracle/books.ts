import type { MasterNodeOptions } from "@mutirao/node-core";
import { after, type ConnId, durationMs, type InstantMs, type NodeId, type TaskId } from "@mutirao/primitives";
import type { TaskOrder } from "@mutirao/task-store";

/** A task that has not ended, as it must stand with its master by what went over the wire and to the disk. */
export interface LiveBook {
  readonly order: TaskOrder;
  /** Its place in the order of acceptance. */
  readonly seq: number;
  phase: "accepting" | "waiting" | "assigned" | "ending";
  /** From when on it may be given out at the latest, and at the earliest. */
  readyAt: InstantMs;
  notBefore: InstantMs;
  /** It waits for a deadline, not only for a worker. */
  isDelayed: boolean;
  /** Attempts begun. */
  attempts: number;
  failures: number;
  losses: number;
  holder: AssignmentBook | undefined;
}

/** One attempt at a task, as the master has given it or taken it over. */
export interface AssignmentBook {
  readonly task: TaskId;
  readonly attempt: number;
  /** The task as it was then: a retry by hand makes another of it. */
  readonly of: LiveBook | undefined;
  readonly worker: WorkerBook;
  readonly givenAt: InstantMs;
  /** From when on the time for it counts: from its beginning, or from a stall of the master's own. */
  countsFrom: InstantMs;
  /** How long the master waits for its result, the grace included. */
  readonly allowedMs: number;
  /** Whether its result still counts for the task. */
  isOpen: boolean;
  /** Class words only. */
  readonly givenOn: ConnId | undefined;
  readonly acceptedBefore: ConnId | undefined;
}

/** A worker as its master must see it. */
export interface WorkerBook {
  readonly id: NodeId;
  readonly style: "session" | "pull" | "push";
  readonly boot: string | undefined;
  name: string;
  conn: ConnId | undefined;
  /** From where one that pulls has asked last. */
  host: string | undefined;
  status: "alive" | "away" | "gone";
  slots: number;
  types: ReadonlySet<string>;
  heardAt: InstantMs;
  awaySince: InstantMs | undefined;
  isResynced: boolean;
  readonly assigned: Map<string, AssignmentBook>;
  readonly unaccounted: Set<AssignmentBook>;
  /** What it holds though it was told to stop, as nobody wants it from it. */
  readonly unwanted: Set<string>;
  /** A push worker that has just reported: it is given its next task once all that has arrived is read. */
  isResting: boolean;
  /** It has overrun its time twice on one connection, and was given another task: whose result comes next is a guess. */
  isMixedUp: boolean;
  /** It was asked whether it is there, and has not answered. */
  owesPong: boolean;
  /** A pull worker that had finished sending when its last question was answered. */
  hasEndedPoll: boolean;
}

/** What a step meant. */
export interface News {
  /** What was given out, in the order of the lines. */
  readonly given: AssignmentBook[];
  readonly adopted: AssignmentBook[];
  readonly lost: LossNews[];
  /** Pull workers that asked and were answered by NO_TASK, and not because they hold something or may be gone. */
  readonly refusedPolls: Set<WorkerBook>;
  /** What was given to one that may be gone, as it had finished sending, which is not its manner. */
  readonly givenInVain: AssignmentBook[];
  /** Results that came: whose, and whether the master had to take them. */
  readonly results: ResultNews[];
  /** Tasks that were given back at no cost. */
  readonly givenBack: AssignmentBook[];
  isStalled: boolean;
}

export interface LossNews {
  readonly assignment: AssignmentBook;
  readonly code: string;
  /** When the time for it was over. */
  readonly dueAt: number;
}

export interface ResultNews {
  readonly worker: WorkerBook | undefined;
  readonly conn: ConnId;
  readonly task: TaskId | undefined;
  readonly attempt: number | undefined;
  readonly isOk: boolean;
  readonly code: string | undefined;
  readonly output: string;
  /**
   * `open`: of the attempt that counts; `stray`: of another; `late`: its task has ended; `former`: its task had ended and
   * was tried again by hand since; `unexpected`: of no task.
   */
  readonly how: "open" | "stray" | "late" | "former" | "unexpected";
}

export const keyOf = (task: TaskId, attempt: number): string => `${attempt} ${task}`;

export const noNews = (): News => ({
  given: [],
  adopted: [],
  lost: [],
  refusedPolls: new Set(),
  givenInVain: [],
  results: [],
  givenBack: [],
  isStalled: false,
});

/** What all parts of a master's books share. */
export interface Books {
  readonly options: MasterNodeOptions;
  readonly live: Map<TaskId, LiveBook>;
  readonly workers: Map<string, WorkerBook>;
  readonly byConn: Map<ConnId, WorkerBook>;
  /** The accepted connections that are open: whether each is of the push port. */
  readonly conns: Map<ConnId, "push" | "main">;
  /** From which host each accepted connection came; of those that are over as well. */
  readonly hosts: Map<ConnId, string>;
  /** On which connection which pull worker has asked for a task and has no answer. */
  readonly polls: Map<ConnId, WorkerBook>;
  /** Connections whose other side has finished sending. */
  readonly ended: Set<ConnId>;
  /** What workers had that another process has replaced in the step at hand. */
  readonly replaced: Map<TaskId, AssignmentBook>;
  lastAccepted: ConnId | undefined;
  accepted: number;
  /** Since when all silence and all time that an attempt takes count: the start, or the last stall of the master's own. */
  resumedAt: InstantMs;
}

/** The task waits again. */
export function wait(live: LiveBook, now: InstantMs, notBefore: InstantMs, readyAt: InstantMs): void {
  live.phase = "waiting";
  live.holder = undefined;
  live.notBefore = notBefore;
  live.readyAt = readyAt;
  live.isDelayed = readyAt > now;
}

/** An attempt does not count any more. */
export function closeAssignment(books: Books, assignment: AssignmentBook): void {
  assignment.isOpen = false;
  const live = books.live.get(assignment.task);
  if (live?.holder === assignment) live.holder = undefined;
}

/**
 * Class workers cannot be told to let go of a task: they count as free once the time for it is over, or as much time
 * again for a push worker, on whose one connection a late result could not be told from the next one.
 */
export function releaseOverdue(books: Books, now: InstantMs): void {
  for (const worker of books.workers.values()) {
    if (worker.style === "session") continue;
    for (const assignment of [...worker.assigned.values()]) {
      const isOver = now >= after(assignment.countsFrom, durationMs(assignment.allowedMs));
      if (assignment.isOpen || !isOver) continue;
      if (isStillToCome(assignment)) worker.isMixedUp = true;
      release(assignment);
    }
  }
}

export const isStillToCome = ({ worker, givenOn }: AssignmentBook): boolean =>
  worker.style === "push" && worker.conn === givenOn;

/** Its worker does not work on it any more. */
export function release(assignment: AssignmentBook): void {
  const { assigned, unaccounted } = assignment.worker;
  const key = keyOf(assignment.task, assignment.attempt);
  if (assigned.get(key) === assignment) assigned.delete(key);
  unaccounted.delete(assignment);
}
