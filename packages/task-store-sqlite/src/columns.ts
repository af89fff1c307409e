import { durationMs, epochMs, jsonText, nodeId, taskId } from "@mutirao/primitives";
import type { AttemptStory, StoredState, TaskError, TaskOrder, TaskRecord, TaskStatus } from "@mutirao/task-store";

/** What a cell of the database holds. */
export type Cell = string | number | null;

/**
 * A task as cells, in the order of the table's columns: first those of the order and then those of the status. So it
 * crosses to the thread, at less than half the cost of a structured clone of the record, and so it is bound to the
 * statements.
 */
export const ORDER_COLUMNS = [
  "id",
  "type",
  "payload",
  "priority",
  "timeout_ms",
  "max_attempts",
  "accepted_at",
] as const;
export const STATUS_COLUMNS = [
  "state",
  "attempts",
  "failures",
  "losses",
  "stories",
  "worker",
  "started_at",
  "ended_at",
  "result",
  "error",
] as const;

/** When a task ended, from the cells of its status; `undefined` if it is pending. */
export const endedAtOf = (status: readonly Cell[]): number | undefined =>
  status[0] === PENDING ? undefined : (status[ENDED_AT] as number);

/** The states by their number in the database. Numbers are never given anew. */
const STATES: readonly StoredState[] = ["pending", "done", "failed", "cancelled", "dead"];
export const PENDING = 0;
const ENDED_AT = STATUS_COLUMNS.indexOf("ended_at");

export const stateCell = (state: StoredState): number => STATES.indexOf(state);
export const stateOf = (cell: number): StoredState => STATES[cell] ?? "pending";

/** Adds the cells of what was asked for. */
export function pushOrder(cells: Cell[], task: TaskOrder): void {
  const { id, type, payload, priority, timeoutMs, maxAttempts, acceptedAt } = task;
  cells.push(id, type, payload, priority, timeoutMs, maxAttempts, acceptedAt);
}

/** Whether nothing has happened to a task yet, as with nearly all that are accepted. The cells of its status are known. */
export const isUntouched = (status: TaskStatus): boolean =>
  status.state === "pending" &&
  status.attempts + status.failures + status.losses + status.stories.length === 0 &&
  (status.worker ?? status.startedAt ?? status.endedAt ?? status.result ?? status.error) === undefined;

export const UNTOUCHED: readonly Cell[] = [PENDING, 0, 0, 0, null, null, null, null, null, null];

/** Adds the cells of how far a task has come. */
export function pushStatus(cells: Cell[], status: TaskStatus): void {
  const { state, attempts, failures, losses, stories, worker, startedAt, endedAt, result, error } = status;
  cells.push(
    stateCell(state),
    attempts,
    failures,
    losses,
    // Most tasks never have one, and nothing is cheaper than no text.
    stories.length === 0 ? null : JSON.stringify(stories),
    worker ?? null,
    startedAt ?? null,
    endedAt ?? null,
    result ?? null,
    error === undefined ? null : JSON.stringify({ code: error.code, message: error.message }),
  );
}

/** The record whose cells these are. The database has checked their types, and the checksums that nothing has changed. */
export function recordOf(cells: readonly Cell[]): TaskRecord {
  const [id, type, payload, priority, timeoutMs, maxAttempts, acceptedAt, ...status] = cells;
  return {
    id: taskId(id as string),
    type: type as string,
    payload: jsonText(payload as string),
    priority: priority as number,
    timeoutMs: durationMs(timeoutMs as number),
    maxAttempts: maxAttempts as number,
    acceptedAt: epochMs(acceptedAt as number),
    status: statusOf(status),
  };
}

function statusOf(cells: readonly Cell[]): TaskStatus {
  const [state, attempts, failures, losses, stories, worker, startedAt, endedAt, result, error] = cells;
  return {
    state: stateOf(state as number),
    attempts: attempts as number,
    failures: failures as number,
    losses: losses as number,
    stories: typeof stories === "string" ? (JSON.parse(stories) as readonly AttemptStory[]) : [],
    worker: typeof worker === "string" ? nodeId(worker) : undefined,
    startedAt: typeof startedAt === "number" ? epochMs(startedAt) : undefined,
    endedAt: typeof endedAt === "number" ? epochMs(endedAt) : undefined,
    result: typeof result === "string" ? jsonText(result) : undefined,
    error: typeof error === "string" ? (JSON.parse(error) as TaskError) : undefined,
  };
}
