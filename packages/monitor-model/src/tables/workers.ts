import type { MonitoredWorker } from "@mutirao/operator-api/monitor";
import { type EpochMs, elapsed, type InstantMs } from "@mutirao/primitives";
import { formatIsoTime, type ReportedWorker } from "@mutirao/protocol";
import { createChangedKeys } from "../changes.ts";

/** What one master says of a worker. */
interface Claim {
  readonly status: string;
  readonly slots: number | null;
  readonly busy: number | null;
  readonly at: InstantMs;
}

export interface WorkerRecord {
  readonly key: string;
  readonly id: string;
  readonly owner: string;
  /** By master. */
  readonly claims: Map<string, Claim>;
  since: EpochMs;
  /** Since when more than one master has it. */
  sharedSince: InstantMs | undefined;
}

/** The workers that masters of ours name. */
export interface Workers {
  get(owner: string, id: string): WorkerRecord | undefined;
  values(): Iterable<WorkerRecord>;
  /** @param isWhole whether the list names all that the master has, so that who is not in it is not there. */
  onReport(master: string, workers: readonly ReportedWorker[], isWhole: boolean, now: InstantMs, nowAt: EpochMs): void;
  /** What this master said counts no more. */
  forget(master: string, nowAt: EpochMs): void;
  all(): readonly MonitoredWorker[];
  take(): { readonly changed: readonly MonitoredWorker[]; readonly gone: readonly string[] };
}

const workerKey = (owner: string, id: string): string => JSON.stringify([owner, id]);

/** Who is named no more by a list that cannot name all is taken for gone after this. */
const UNNAMED_MS = 120_000;

export function createWorkers(workersMax: number): Workers {
  const workers = new Map<string, WorkerRecord>();
  /** Whom each master names. */
  const named = new Map<string, Set<string>>();
  const keys = createChangedKeys();

  const drop = (worker: WorkerRecord, master: string, nowAt: EpochMs): void => {
    worker.claims.delete(master);
    worker.since = nowAt;
    if (worker.claims.size > 0) keys.changed(worker.key);
    else {
      workers.delete(worker.key);
      keys.gone(worker.key);
    }
  };

  const claim = (master: string, said: ReportedWorker, now: InstantMs, nowAt: EpochMs): string | undefined => {
    const owner = said.owner ?? master;
    const key = workerKey(owner, said.id);
    const known = workers.get(key);
    if (known === undefined && workers.size >= workersMax) return undefined;
    const worker = known ?? { key, id: said.id, owner, claims: new Map(), since: nowAt, sharedSince: undefined };
    const before = worker.claims.get(master);
    const next: Claim = { status: said.status, slots: said.slots ?? null, busy: said.busy ?? null, at: now };
    worker.claims.set(master, next);
    worker.sharedSince = holdersOf(worker).length > 1 ? (worker.sharedSince ?? now) : undefined;
    workers.set(key, worker);
    if (before?.status !== next.status || before.slots !== next.slots || before.busy !== next.busy) {
      worker.since = nowAt;
      keys.changed(key);
    }
    return key;
  };

  return {
    get: (owner, id) => workers.get(workerKey(owner, id)),
    values: () => workers.values(),
    onReport(master, list, isWhole, now, nowAt) {
      const before = named.get(master) ?? new Set<string>();
      const next = new Set(list.flatMap((said) => claim(master, said, now, nowAt) ?? []));
      for (const key of before) {
        const worker = next.has(key) ? undefined : workers.get(key);
        const said = worker?.claims.get(master);
        if (worker === undefined || said === undefined) continue;
        if (isWhole || elapsed(said.at, now) > UNNAMED_MS) {
          drop(worker, master, nowAt);
          worker.sharedSince = holdersOf(worker).length > 1 ? worker.sharedSince : undefined;
        } else next.add(key);
      }
      if (next.size > 0) named.set(master, next);
      else named.delete(master);
    },
    forget(master, nowAt) {
      for (const key of named.get(master) ?? []) {
        const worker = workers.get(key);
        if (worker !== undefined) drop(worker, master, nowAt);
      }
      named.delete(master);
    },
    all: () => [...workers.values()].map(viewOf),
    take() {
      const { changed, gone } = keys.take();
      const views = changed.flatMap((key) => {
        const worker = workers.get(key);
        return worker === undefined ? [] : [viewOf(worker)];
      });
      return { changed: views, gone };
    },
  };
}

/** The masters that have it now, as they say; he who said so last comes last. */
export function holdersOf({ claims }: WorkerRecord): readonly string[] {
  if (claims.size === 1) {
    for (const [master, { status }] of claims) return status === "ALIVE" ? [master] : [];
  }
  const alive = [...claims].filter(([, { status }]) => status === "ALIVE");
  return alive.sort(([, a], [, b]) => a.at - b.at).map(([master]) => master);
}

function viewOf(worker: WorkerRecord): MonitoredWorker {
  const { key, id, owner, claims, since } = worker;
  const holder = holdersOf(worker).at(-1);
  const latest = [...claims].sort(([, a], [, b]) => a.at - b.at).at(-1)?.[1];
  const said = holder === undefined ? latest : claims.get(holder);
  return {
    ...{ key, id, owner, master: holder ?? null, status: said?.status ?? "TIMEOUT" },
    ...{ slots: said?.slots ?? null, busy: said?.busy ?? null, since: formatIsoTime(since) },
    saidBy: [...claims].map(([master, { status }]) => ({ master, status })),
  };
}
