import type { ConnId, DurationMs, Endpoint, InstantMs, NodeId } from "@mutirao/primitives";
import type { Watched } from "@mutirao/registry";
import type { WorkerStyle } from "../master-views.ts";
import type { LiveTask } from "./live-task.ts";

/**
 * A worker of the farm.
 *
 *   (unknown) --ALIVE--> alive --connection gone--> away --back within the grace--> alive
 *                          |                          |
 *                          +------silent for long-----+--grace over--> gone (kept for the operator for a while)
 */
export interface WorkerRecord extends Watched {
  readonly id: NodeId;
  /** What it is called: its id, or `id#2` and so on while another live worker has the same. */
  name: string;
  readonly style: WorkerStyle;
  /** Which process it is, as far as it says. */
  boot: string | undefined;
  /** The connection of a session or of a push worker; a pull worker has one for each line only. */
  conn: ConnId | undefined;
  at: Endpoint;
  /** Whose it is, if it says that it is borrowed. */
  owner: NodeId | undefined;
  /** Where it listens for orders. */
  port: number | undefined;
  /** `lent`: it is with another master, or on its way; nobody waits for it here. */
  status: "alive" | "away" | "lent" | "gone";
  /** It is here and gets no task: it is about to go, or has not come for good. */
  isBarred: boolean;
  slots: number;
  types: ReadonlySet<string>;
  /** By `attemptKey`. What was cancelled or given up stays here until the worker lets go of it: it occupies a slot. */
  readonly attempts: Map<string, Attempt>;
  /** Attempts, by the same keys, that it came back with and was told to stop: until then each occupies a slot, too. */
  unwanted: Set<string>;
  tasksDone: number;
  /** How many it has handed back since it last ended one. */
  returnedInARow: number;
  /** It has said all that it had of earlier conversations. */
  isResynced: boolean;
  /** Attempts of an earlier connection that it has not said a word about since it is back. */
  unaccounted: Set<Attempt>;
  /** Keep-alives that it has not answered (push workers). */
  unansweredKeepAlives: number;
}

/** One task given to one worker. */
export interface Attempt {
  readonly task: LiveTask;
  readonly number: number;
  /** Its `attemptKey`. */
  readonly key: string;
  readonly worker: WorkerRecord;
  readonly startedAt: InstantMs;
  /** After this the task is given to another. */
  readonly allowedMs: DurationMs;
  /** Whether a result of it still counts for its task, or is only waited for so that the slot comes free. */
  isOpen: boolean;
  /** Class words only: the connection that carried the task, and the last one accepted before that. */
  readonly givenOn: ConnId | undefined;
  readonly acceptedBefore: ConnId | undefined;
  /** The host that asked for it: a result from another is somebody else's, whatever name it bears. */
  readonly givenTo: string | undefined;
}

/** Whether it could be given tasks now, or as soon as it is back. */
export const isPresent = ({ status }: Pick<WorkerRecord, "status">): boolean => status === "alive" || status === "away";

/** Neither a task nor anything that it was told to stop. */
export const hasNothing = ({ attempts, unwanted }: WorkerRecord): boolean => attempts.size === 0 && unwanted.size === 0;

export const attemptKey = (task: string, attempt: number): string => `${attempt} ${task}`;
