import { after, assert, createDeadlineQueue, durationMs, type InstantMs } from "@mutirao/primitives";
import type { LeaseRecord, StoreChange, StoreErrorCode, TaskRecord } from "@mutirao/task-store";
import type { WriteId } from "../master-events.ts";
import { type LiveTask, statusOf } from "./live-task.ts";
import type { MasterOutbox } from "./outbox.ts";

/** What one write is about, and so what follows when it is durable, or is not. */
export interface WriteIntent {
  /** Tasks that are accepted with it. */
  readonly accepted: LiveTask[];
  /** Tasks that end with it. */
  readonly ended: LiveTask[];
  /** Tasks of which something is to be kept, for which somebody may wait. */
  readonly noted: LiveTask[];
  /** Called once it is known how the write went. */
  readonly whenKnown: ((isDurable: boolean) => void)[];
}

/**
 * Changes on their way to the store. All that one event brings about is one write. What could not be kept because the
 * disk is full is written again, but for acceptances and leases: those are refused.
 */
export interface DurableWrites {
  /** What the event under way wants written. */
  readonly current: WriteIntent;
  /** @param record what is kept of the task, which is new. */
  accept(task: LiveTask, record: TaskRecord): void;
  /** As `accept`, for a task that the store knows. */
  reopen(task: LiveTask): void;
  end(task: LiveTask): void;
  note(task: LiveTask): void;
  /**
   * Keeps the lease, and tells whether it is durable. One that could not be kept is not written again by itself: by then
   * it may be wrong.
   */
  lease(record: LeaseRecord, whenKnown: (isDurable: boolean) => void): void;
  /** Asks for the write of all that the event under way has brought about. */
  flush(): void;
  committed(write: WriteId): WriteIntent;
  /** Gives what was refused with it; the rest is written again after a while. */
  refused(write: WriteId, code: StoreErrorCode, now: InstantMs): WriteIntent;
  wake(now: InstantMs): void;
  nextDeadline(): InstantMs | undefined;
  /** Why nothing is accepted any more, if the store has failed for good. */
  readonly failure: StoreErrorCode | undefined;
  /** Writes on their way. */
  readonly inFlight: number;
}

const REWRITE_AFTER_MS = durationMs(1_000);

const createIntent = (): WriteIntent => ({ accepted: [], ended: [], noted: [], whenKnown: [] });

export function createDurableWrites(outbox: MasterOutbox, isLive: (task: LiveTask) => boolean): DurableWrites {
  const inFlight = new Map<WriteId, WriteIntent>();
  /** What could not be kept, and when to try again. */
  const again = createDeadlineQueue<LiveTask>();
  let current = createIntent();
  let changes: StoreChange[] = [];
  let writes = 0;
  let failure: StoreErrorCode | undefined;

  const update = (task: LiveTask): void => {
    changes.push({ kind: "updated", id: task.order.id, status: statusOf(task) });
  };
  const noteNow = (task: LiveTask): void => {
    update(task);
    task.notesOpen++;
    current.noted.push(task);
  };
  const take = (write: WriteId): WriteIntent => {
    const intent = inFlight.get(write);
    assert(intent !== undefined, "a write is answered once");
    inFlight.delete(write);
    for (const task of intent.noted) task.notesOpen--;
    return intent;
  };

  return {
    get current() {
      return current;
    },
    get failure() {
      return failure;
    },
    get inFlight() {
      return inFlight.size;
    },
    accept(task, record) {
      changes.push({ kind: "accepted", task: record });
      current.accepted.push(task);
    },
    reopen(task) {
      update(task);
      current.accepted.push(task);
    },
    end(task) {
      update(task);
      current.ended.push(task);
    },
    note: noteNow,
    lease(record, whenKnown) {
      changes.push({ kind: "leased", lease: record });
      current.whenKnown.push(whenKnown);
    },
    flush() {
      if (changes.length === 0) return;
      writes++;
      const write = writes as WriteId;
      inFlight.set(write, current);
      outbox.emit({ type: "store", write, changes });
      current = createIntent();
      changes = [];
    },
    committed: take,
    refused(write, code, now) {
      const intent = take(write);
      if (code !== "ERR_STORE_FULL") failure = code;
      else for (const task of [...intent.ended, ...intent.noted]) again.schedule(task, after(now, REWRITE_AFTER_MS));
      return intent;
    },
    wake(now) {
      for (let task = again.takeDue(now); task !== undefined; task = again.takeDue(now)) {
        again.cancel(task);
        // It may have ended meanwhile, which said it all; and if it was tried again by hand since, it is another by now.
        if (!isLive(task)) continue;
        if (task.end === undefined) {
          noteNow(task);
        } else {
          update(task);
          current.ended.push(task);
        }
      }
    },
    nextDeadline: () => again.nextDeadline(),
  };
}
