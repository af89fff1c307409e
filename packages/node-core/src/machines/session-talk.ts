import type { ConnId } from "@mutirao/primitives";
import {
  type Assignment,
  type AttemptRef,
  assignmentBytes,
  BATCH_FRAME_BYTES,
  SESSION_LINE_MAX_BYTES,
} from "@mutirao/protocol";
import type { MasterOutbox } from "./outbox.ts";
import type { Attempt, WorkerRecord } from "./worker-record.ts";

/** What is said to our own workers. All that one event brings about for one of them shares as few lines as it can. */
export interface SessionTalk {
  assign(attempt: Attempt): void;
  /** The worker is to stop working on it. */
  cancel(worker: WorkerRecord, ref: AttemptRef): void;
  ack(conn: ConnId, ref: AttemptRef): void;
  /** The connection is no more: what was to be said on it is not said. */
  forget(conn: ConnId): void;
  /** Says all that was collected. */
  flush(): void;
}

interface Unsaid {
  readonly tasks: Assignment[];
  readonly cancel: AttemptRef[];
  readonly acks: AttemptRef[];
}

/** References in one line: well below the number of items that a line may have. */
const REFS_MAX = 256;

export function createSessionTalk(outbox: MasterOutbox): SessionTalk {
  const unsaid = new Map<ConnId, Unsaid>();

  const of = (conn: ConnId): Unsaid => {
    const known = unsaid.get(conn);
    if (known !== undefined) return known;
    const fresh: Unsaid = { tasks: [], cancel: [], acks: [] };
    unsaid.set(conn, fresh);
    return fresh;
  };

  const say = (conn: ConnId, { tasks, cancel, acks }: Unsaid): void => {
    for (let from = 0; from < acks.length; from += REFS_MAX) {
      const some = acks.length <= REFS_MAX ? acks : acks.slice(from, from + REFS_MAX);
      outbox.emit({ type: "send", conn, message: { kind: "result-acks", acks: some } });
    }
    for (let from = 0; from < cancel.length; from += REFS_MAX) {
      const some = cancel.slice(from, from + REFS_MAX);
      outbox.emit({ type: "send", conn, message: { kind: "task-batch", tasks: [], cancel: some } });
    }
    for (const some of inLines(tasks)) {
      outbox.emit({ type: "send", conn, message: { kind: "task-batch", tasks: some, cancel: [] } });
    }
  };

  return {
    assign({ worker, task, number }) {
      if (worker.conn === undefined) return;
      const { id, type, payload, timeoutMs } = task.order;
      of(worker.conn).tasks.push({ task: id, attempt: number, type, payload, timeoutMs });
    },
    cancel(worker, ref) {
      if (worker.conn !== undefined) of(worker.conn).cancel.push(ref);
    },
    ack: (conn, ref) => void of(conn).acks.push(ref),
    forget: (conn) => void unsaid.delete(conn),
    flush() {
      if (unsaid.size === 0) return;
      for (const [conn, what] of unsaid) say(conn, what);
      unsaid.clear();
    },
  };
}

/** Cuts tasks into groups that each fit into a line. */
function* inLines(tasks: readonly Assignment[]): Generator<readonly Assignment[]> {
  let group: Assignment[] = [];
  let bytes = BATCH_FRAME_BYTES;
  for (const task of tasks) {
    const more = assignmentBytes(task);
    if (group.length > 0 && bytes + more > SESSION_LINE_MAX_BYTES) {
      yield group;
      group = [];
      bytes = BATCH_FRAME_BYTES;
    }
    group.push(task);
    bytes += more;
  }
  if (group.length > 0) yield group;
}
