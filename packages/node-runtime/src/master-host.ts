import { performance } from "node:perf_hooks";
import type {
  Answer,
  Borrow,
  DrainMaster,
  HostFigures,
  Lend,
  MasterNode,
  MasterOwnEffect,
  MasterOwnEvent,
  Notice,
  Reclaim,
  RequestId,
  TaskDraft,
} from "@mutirao/node-core";
import {
  type DurationMs,
  type Endpoint,
  epochMs,
  type InstantMs,
  instantMs,
  type TaskId,
  unreachable,
} from "@mutirao/primitives";
import { type StoreErrorCode, type TaskRecord, type TaskStore, TaskStoreError } from "@mutirao/task-store";
import type { Transport, TransportHandler } from "@mutirao/transport";
import { createHostGauge } from "./host-figures.ts";
import { createNodeHost, type HostMistakes } from "./node-host.ts";
import { createRequests } from "./requests.ts";

/** What an operator orders, without the number that the host gives it. */
export type MasterOrder =
  | Omit<Borrow, "request">
  | Omit<Lend, "request">
  | Omit<Reclaim, "request">
  | Omit<DrainMaster, "request">;

/** Drives a master on this machine: over a transport, and with a store that outlives it. */
export interface MasterHost {
  /** Reads the store, listens, and begins. Rejects with a `TaskStoreError`, or as `Transport.listen` does. */
  start(at: Endpoint, ...alsoAt: readonly Endpoint[]): Promise<Endpoint>;
  // What is asked of it rejects only by a mistake of ours: then it may have been done, or not, or in part.
  submit(drafts: readonly TaskDraft[]): Promise<Answer>;
  cancel(task: TaskId): Promise<Answer>;
  retry(record: TaskRecord): Promise<Answer>;
  order(order: MasterOrder): Promise<Answer>;
  /** The HTTP API listens here: load reports will say so. */
  tellHttp(at: Endpoint): void;
  /** The clock by which the master's views are told. */
  now(): InstantMs;
  /** Ends connections and timers, makes durable what was accepted, and lets go of the store. */
  stop(): Promise<void>;
}

export interface MasterHostOptions {
  readonly core: MasterNode;
  readonly store: TaskStore;
  readonly createTransport: (handler: TransportHandler) => Transport;
  readonly onNotice: (notice: Notice) => void;
  readonly wakeGranularityMs: DurationMs;
  /** On the disk whose room is told in load reports. */
  readonly directory: string;
  /** The store has failed for good: nothing more is accepted, and the master should be stopped. */
  readonly onStoreFailed: (code: StoreErrorCode, detail: string) => void;
  readonly mistakes?: HostMistakes;
}

const MEASURE_EVERY_MS = 1_000;

export function createMasterHost(options: MasterHostOptions): MasterHost {
  const { store, onStoreFailed, mistakes } = options;
  const requests = createRequests();
  const gauge = createHostGauge(options.directory);
  let measuring: NodeJS.Timeout | undefined;
  let http: Endpoint | undefined;

  const host = createNodeHost<MasterOwnEvent, MasterOwnEffect>({
    ...options,
    ...(mistakes === undefined ? {} : { mistakes: refusingFirst(mistakes, requests.refuseAll) }),
    performOwn: (effect) => perform(effect),
  });

  const perform = (effect: MasterOwnEffect): void => {
    switch (effect.type) {
      case "store":
        write(effect);
        break;
      case "prune":
        void prune(effect);
        break;
      case "answer":
        requests.answer(effect.request, effect.answer);
        break;
      default:
        unreachable(effect);
    }
  };

  const write = ({ write, changes }: MasterOwnEffect & { type: "store" }): void => {
    const isCommitted = (): void => host.deliver({ type: "store-committed", write });
    const isRefused = (error: unknown): void => {
      const code = codeOf(error);
      host.deliver({ type: "store-refused", write, code });
      if (code !== "ERR_STORE_FULL") onStoreFailed(code, error instanceof Error ? error.message : String(error));
    };
    const durable = store.write(changes);
    // What is durable at once is answered in the same turn: the answers share a write with what else the turn brings.
    if (durable === undefined) isCommitted();
    else durable.then(isCommitted, isRefused);
  };

  const prune = async ({ endedBefore, finishedMax }: MasterOwnEffect & { type: "prune" }): Promise<void> => {
    let tasks: readonly TaskId[] = [];
    try {
      tasks = await store.prune(endedBefore, finishedMax);
    } catch {
      // What is kept for too long does no harm, and a store that has failed says so when it is written to.
    }
    host.deliver({ type: "store-pruned", tasks });
  };

  const ask = (event: (request: RequestId) => MasterOwnEvent): Promise<Answer> =>
    requests.ask((request) => host.deliver(event(request)));

  const measure = (): void => host.deliver(measuredEvent(gauge.measure(), http));

  return {
    now,
    async start(at, ...alsoAt) {
      host.deliver({ type: "recovered", contents: await store.load(), wallOffsetMs: wallOffsetMs() });
      const listening = await host.start(at, ...alsoAt);
      measure();
      measuring = setInterval(measure, MEASURE_EVERY_MS);
      return listening;
    },
    submit: (drafts) => ask((request) => ({ type: "submit", request, drafts })),
    cancel: (task) => ask((request) => ({ type: "cancel", request, task })),
    retry: (record) => ask((request) => ({ type: "retry", request, record })),
    order: (order) => ask((request) => ({ ...order, request })),
    tellHttp(at) {
      http = at;
    },
    async stop() {
      clearInterval(measuring);
      gauge.stop();
      await host.stop();
      await store.close();
    },
  };
}

const refusingFirst = (mistakes: HostMistakes, refuseAll: (error: Error) => void): HostMistakes => ({
  ...mistakes,
  fatal(error) {
    refuseAll(error);
    mistakes.fatal(error);
  },
});

const measuredEvent = (figures: HostFigures, http: Endpoint | undefined): MasterOwnEvent => ({
  type: "host-measured",
  figures,
  wallOffsetMs: wallOffsetMs(),
  ...(http === undefined ? {} : { http }),
});

const now = (): InstantMs => instantMs(performance.now());
const wallOffsetMs = (): number => epochMs(Date.now()) - performance.now();

const codeOf = (error: unknown): StoreErrorCode => (error instanceof TaskStoreError ? error.code : "ERR_STORE_FAILED");
