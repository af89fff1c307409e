import type { Answer, MasterNode, Notice } from "@mutirao/node-core";
import type { Journal, MasterHost } from "@mutirao/node-runtime";
import { after, type DurationMs, epochMs, type InstantMs, type NodeId } from "@mutirao/primitives";
import type { TaskRecord, TaskStore } from "@mutirao/task-store";
import type { MasterAccess, Readiness, TaskDetails } from "./master-access.ts";

/** A master that runs, as an operator reaches it; and what its shell tells of it. */
export interface RunningMaster extends MasterAccess {
  setReadiness(readiness: Readiness): void;
}

export interface RunningMasterOptions {
  readonly id: NodeId;
  readonly lending: MasterAccess["lending"];
  readonly core: MasterNode;
  readonly host: MasterHost;
  readonly store: TaskStore;
  /** Everybody in it is told each notice. */
  readonly listeners: Set<(notice: Notice) => void>;
  readonly journal: Journal;
  readonly mistakes: MasterAccess["mistakes"];
  /** How long a drain may take if nobody says. */
  readonly drainMs: DurationMs;
  /** A drain that was asked for is over. */
  readonly onDrained: () => void;
}

/** What a store lists at once. */
const LIST_MAX = 1_000;

export function createRunningMaster(options: RunningMasterOptions): RunningMaster {
  const { id, lending, core, host, store, listeners, journal, mistakes, drainMs, onDrained } = options;
  let readiness: Readiness = "starting";
  /** By then a drain that was asked for is over; `undefined`: none was. */
  let drainEndsAt: InstantMs | undefined;

  const find: MasterAccess["task"] = async (task) => {
    const live = core.task(task);
    if (live !== undefined) return live;
    const record = await store.get(task);
    if (record === undefined) return undefined;
    // It may have been taken up again while the store was asked.
    return core.task(task) ?? detailsOf(record);
  };

  const list: MasterAccess["tasks"] = async ({ state, limit }) => {
    if (state === "running") return core.running(limit);
    // The store does not know who runs what: to it, what runs is pending. So it is asked for more, and told better.
    const spare = state === "pending" ? core.load(host.now()).running : 0;
    const records = await store.list({ state, limit: Math.min(LIST_MAX, limit + spare) });
    const tasks = records.map((record) => core.task(record.id) ?? detailsOf(record));
    return tasks.filter((task) => state === undefined || task.state === state).slice(0, limit);
  };

  return {
    id,
    lending,
    async submit(drafts) {
      const answer = await host.submit(drafts);
      return answer.kind === "submitted" ? answer.drafts : [];
    },
    cancel: (task) => host.cancel(task),
    async retry(task): Promise<Answer> {
      if (core.task(task) !== undefined) return refusedAs("ERR_TASK_NOT_ENDED");
      const record = await store.get(task);
      return record === undefined ? refusedAs("ERR_TASK_UNKNOWN") : host.retry(record);
    },
    task: find,
    tasks: list,
    workers: () => core.workers(host.now()),
    peers: () =>
      core.registry().map(({ key, serverId, endpoint, status, lastSeenAt }) => ({
        key,
        id: serverId,
        endpoint,
        status,
        lastSeenAt: lastSeenAt === undefined ? undefined : epochMs(Date.now() - (host.now() - lastSeenAt)),
      })),
    load: () => core.load(host.now()),
    loans: (query) => core.loans(query, host.now()),
    order: (order) => host.order(order),
    drain(asked) {
      const forMs = asked ?? drainMs;
      readiness = "draining";
      const endsAt = after(host.now(), forMs);
      if (drainEndsAt !== undefined && drainEndsAt <= endsAt) return forMs;
      drainEndsAt = endsAt;
      void host.order({ type: "drain", forMs, until: "tasks" }).then((answer) => {
        // The core waits for a few who ask, and tells the next at once that it is not complete.
        const isComplete = answer.kind === "drained" && answer.isComplete;
        if (isComplete || host.now() >= endsAt) onDrained();
      });
      return forMs;
    },
    journal,
    mistakes,
    readiness: () => readiness,
    onNotice(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    setReadiness(next) {
      readiness = next;
    },
  };
}

const refusedAs = (code: "ERR_TASK_UNKNOWN" | "ERR_TASK_NOT_ENDED"): Answer => ({
  kind: "refused",
  refusal: { code, retryAfterMs: undefined },
});

function detailsOf(record: TaskRecord): TaskDetails {
  return { ...record, state: record.status.state, progress: undefined };
}
