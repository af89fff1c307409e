import {
  after,
  type ConnId,
  createDeadlineQueue,
  type DurationMs,
  durationMs,
  type Endpoint,
  earliestOf,
  elapsed,
  type InstantMs,
  type NodeId,
} from "@mutirao/primitives";
import { createFailureDetector } from "@mutirao/registry";
import type { WorkerStyle } from "../master-views.ts";
import type { MasterOutbox } from "./outbox.ts";
import { isPresent, type WorkerRecord } from "./worker-record.ts";

/** The workers of a master: who is there, how each talks, and who could take a task. It knows nothing of tasks. */
export interface Farm {
  readonly workers: ReadonlyMap<string, WorkerRecord>;
  /** Who talks on this connection. */
  on(conn: ConnId): WorkerRecord | undefined;
  /** Every worker with this id, whatever it is called. */
  withId(id: NodeId): readonly WorkerRecord[];
  /** A worker that was not known; `undefined` if there are too many. */
  add(id: NodeId, style: WorkerStyle, at: Endpoint, now: InstantMs): WorkerRecord | undefined;
  /** The worker talks on this connection from now on. */
  bind(worker: WorkerRecord, conn: ConnId): void;
  /** The worker's connection is gone; its tasks wait for its return. */
  unbind(worker: WorkerRecord, now: InstantMs): void;
  /** It has left for another master. */
  lend(worker: WorkerRecord): void;
  /** It is not with another master any more, and not here. */
  missing(worker: WorkerRecord, now: InstantMs): void;
  /** Something was heard of it. */
  heard(worker: WorkerRecord, now: InstantMs): void;
  /** It is no more: another process has taken its place, or it was never seen again. */
  forget(worker: WorkerRecord): void;
  /**
   * It was lost, and what there was to do about that is done. If it was called by its id, and another of its owner's goes
   * by that, or one of our own, it is forgotten at once: that one is the worker of this id now. But not while the one that
   * is lost is lent.
   */
  lost(worker: WorkerRecord): void;
  /** No worker of ours by this id is lent any more: if whoever was is not here, the next may be called by it. */
  unlent(id: NodeId): void;
  /** Idle slots may have come or gone. */
  review(worker: WorkerRecord): void;
  /** Workers that can be given a task at once, the one that was given one longest ago first. */
  readonly available: ReadonlySet<WorkerRecord>;
  /** The worker was given a task: the others come first now. */
  served(worker: WorkerRecord): void;
  /** How many could take a task now or later. */
  readonly present: number;
  onResumed(now: InstantMs): void;
  /** Gives those whose time is over: they fell silent, or were away for longer than the grace. */
  wake(now: InstantMs): readonly WorkerLoss[];
  nextDeadline(): InstantMs | undefined;
}

export interface WorkerLoss {
  readonly worker: WorkerRecord;
  readonly why: "silent" | "away";
}

export interface FarmOptions {
  readonly workersMax: number;
  /** Silence after which a worker that should send heartbeats is given up. */
  readonly timeoutMs: DurationMs;
  /** The same for one that knows the class's words only, and may be busy. */
  readonly classTimeoutMs: DurationMs;
  readonly graceMs: DurationMs;
}

/** How long a worker that is gone is still shown. */
const SHOWN_MS = durationMs(600_000);

export interface FarmTools {
  readonly outbox: Pick<MasterOutbox, "notify">;
  /** A worker of ours by this id is lent, or about to be. Leases are by id: what whoever bears it does is taken for its. */
  readonly isLent: (id: NodeId) => boolean;
}

interface State extends FarmTools {
  readonly options: FarmOptions;
  readonly workers: Map<string, WorkerRecord>;
  readonly byConn: Map<ConnId, WorkerRecord>;
  readonly byId: Map<NodeId, readonly WorkerRecord[]>;
  readonly available: Set<WorkerRecord>;
  readonly sessions: ReturnType<typeof createFailureDetector<WorkerRecord>>;
  readonly others: ReturnType<typeof createFailureDetector<WorkerRecord>>;
  /** When the grace of each that is away is over. */
  readonly graces: ReturnType<typeof createDeadlineQueue<WorkerRecord>>;
  /** When those that are busy, and so may be silent, are looked at again. */
  readonly patience: ReturnType<typeof createDeadlineQueue<WorkerRecord>>;
  /** When each that is gone is shown no more. */
  readonly farewells: ReturnType<typeof createDeadlineQueue<WorkerRecord>>;
  present: number;
}

export function createFarm(options: FarmOptions, tools: FarmTools): Farm {
  const state: State = {
    ...tools,
    options,
    workers: new Map(),
    byConn: new Map(),
    byId: new Map(),
    available: new Set(),
    sessions: createFailureDetector(options.timeoutMs),
    others: createFailureDetector(options.classTimeoutMs),
    graces: createDeadlineQueue(),
    patience: createDeadlineQueue(),
    farewells: createDeadlineQueue(),
    present: 0,
  };
  const { available, byConn } = state;
  const queues = [state.sessions, state.others, state.graces, state.patience, state.farewells];
  return {
    workers: state.workers,
    available,
    get present() {
      return state.present;
    },
    on: (conn) => byConn.get(conn),
    withId: (id) => state.byId.get(id) ?? [],
    add: (id, style, at, now) => add(state, id, style, at, now),
    bind(worker, conn) {
      if (worker.conn !== undefined) byConn.delete(worker.conn);
      worker.conn = conn;
      byConn.set(conn, worker);
      state.graces.cancel(worker);
      setStatus(state, worker, "alive");
    },
    unbind(worker, now) {
      if (worker.conn !== undefined) byConn.delete(worker.conn);
      worker.conn = undefined;
      if (worker.status !== "alive") return;
      detectorOf(state, worker).forget(worker);
      state.graces.schedule(worker, after(now, options.graceMs));
      setStatus(state, worker, "away");
    },
    lend(worker) {
      if (worker.conn !== undefined) byConn.delete(worker.conn);
      worker.conn = undefined;
      detectorOf(state, worker).forget(worker);
      state.graces.cancel(worker);
      state.farewells.cancel(worker);
      setStatus(state, worker, "lent");
    },
    missing(worker, now) {
      setStatus(state, worker, "gone");
      state.farewells.schedule(worker, after(now, SHOWN_MS));
    },
    heard(worker, now) {
      detectorOf(state, worker).heard(worker, now);
      if (worker.status === "gone" || worker.status === "lent") {
        state.farewells.cancel(worker);
        setStatus(state, worker, "alive");
      }
    },
    forget: (worker) => forget(state, worker),
    lost: (worker) => lost(state, worker),
    unlent(id) {
      const former = state.workers.get(id);
      if (former === undefined) promote(state, id);
      else if (former.status === "gone") lost(state, former);
    },
    review: (worker) => review(state, worker),
    served(worker) {
      // A Set keeps the order of insertion, so whoever is put back is last.
      if (available.delete(worker)) available.add(worker);
      review(state, worker);
    },
    onResumed: (now) => resume(state, now),
    wake: (now) => takeLosses(state, now),
    nextDeadline: () => earliestOf(queues),
  };
}

const detectorOf = ({ sessions, others }: State, { style }: WorkerRecord): State["sessions"] =>
  style === "session" ? sessions : others;

function add(state: State, id: NodeId, style: WorkerStyle, at: Endpoint, now: InstantMs): WorkerRecord | undefined {
  if (state.workers.size >= state.options.workersMax && !makeRoom(state)) return undefined;
  const worker: WorkerRecord = {
    id,
    name: freeName(state, id),
    style,
    boot: undefined,
    conn: undefined,
    at,
    owner: undefined,
    port: undefined,
    status: "alive",
    isBarred: false,
    slots: style === "session" ? 0 : 1,
    types: NO_TYPES,
    attempts: new Map(),
    unwanted: new Set(),
    tasksDone: 0,
    returnedInARow: 0,
    isResynced: false,
    unaccounted: new Set(),
    unansweredKeepAlives: 0,
    lastSeenAt: now,
  };
  state.workers.set(worker.name, worker);
  state.byId.set(id, [...(state.byId.get(id) ?? []), worker]);
  state.present++;
  detectorOf(state, worker).heard(worker, now);
  return worker;
}

const NO_TYPES: ReadonlySet<string> = new Set();

/** Whoever has been gone longest is shown no more. */
function makeRoom(state: State): boolean {
  for (const worker of state.workers.values()) {
    if (worker.status !== "gone") continue;
    forget(state, worker);
    return true;
  }
  return false;
}

function freeName({ workers }: State, id: NodeId): string {
  let name: string = id;
  for (let ordinal = 2; workers.has(name); ordinal++) name = `${id}#${ordinal}`;
  return name;
}

function forget(state: State, worker: WorkerRecord): void {
  if (isPresent(worker)) state.present--;
  worker.status = "gone";
  if (worker.conn !== undefined) state.byConn.delete(worker.conn);
  worker.conn = undefined;
  state.workers.delete(worker.name);
  const others = (state.byId.get(worker.id) ?? []).filter((other) => other !== worker);
  if (others.length === 0) state.byId.delete(worker.id);
  else state.byId.set(worker.id, others);
  detectorOf(state, worker).forget(worker);
  state.graces.cancel(worker);
  state.patience.cancel(worker);
  state.farewells.cancel(worker);
  state.available.delete(worker);
  if (worker.name === worker.id) promote(state, worker.id);
}

function lost(state: State, worker: WorkerRecord): void {
  const isHeir = (other: WorkerRecord): boolean =>
    isPresent(other) && (other.owner === undefined || other.owner === worker.owner);
  if (worker.name !== worker.id || state.isLent(worker.id)) return;
  if (state.byId.get(worker.id)?.some(isHeir)) forget(state, worker);
}

/** The id is free for the next who goes by it; only under its id is a worker lent, and found again. */
function promote({ workers, byId, outbox, isLent }: State, id: NodeId): void {
  const heir = isLent(id) ? undefined : byId.get(id)?.find(isPresent);
  if (heir === undefined) return;
  const was = heir.name;
  workers.delete(was);
  heir.name = id;
  workers.set(id, heir);
  outbox.notify({ kind: "worker-renamed", worker: id, was });
}

function setStatus(state: State, worker: WorkerRecord, status: WorkerRecord["status"]): void {
  if (!isPresent(worker) && isPresent({ status })) state.present++;
  if (isPresent(worker) && !isPresent({ status })) state.present--;
  worker.status = status;
  review(state, worker);
}

/**
 * A pull worker is never available: it is given a task when it asks for one. A session worker is not before it has said
 * all that it had of earlier conversations: what it still holds takes slots, and what it has done already would be done
 * once more.
 */
function review({ available }: State, worker: WorkerRecord): void {
  const isOpen = worker.status === "alive" && worker.conn !== undefined;
  const isKnown = (worker.style !== "session" || worker.isResynced) && !worker.isBarred;
  if (isOpen && isKnown && worker.attempts.size + worker.unwanted.size < worker.slots) available.add(worker);
  else available.delete(worker);
}

function resume(state: State, now: InstantMs): void {
  state.sessions.resumed(now);
  state.others.resumed(now);
  for (const worker of state.workers.values()) {
    if (worker.status === "away") state.graces.schedule(worker, after(now, state.options.graceMs));
  }
}

function takeLosses(state: State, now: InstantMs): readonly WorkerLoss[] {
  const losses: WorkerLoss[] = [];
  const lose = (worker: WorkerRecord, why: WorkerLoss["why"]): void => {
    setStatus(state, worker, "gone");
    state.farewells.schedule(worker, after(now, SHOWN_MS));
    losses.push({ worker, why });
  };
  const silent = [...takeAll((at) => state.sessions.takeSilent(at), now)];
  for (const worker of silent) lose(worker, "silent");
  const quiet = [
    ...takeAll((at) => state.others.takeSilent(at), now),
    ...takeAll((at) => state.patience.takeDue(at), now),
  ];
  for (const worker of quiet) {
    // A worker of the class's gives no sign of life while it works; then the time that its task may take is what counts.
    if (worker.attempts.size > 0) state.patience.schedule(worker, after(now, state.options.classTimeoutMs));
    else if (isPresent(worker) && isSilent(state, worker, now)) lose(worker, "silent");
  }
  for (const worker of takeAll((at) => state.graces.takeDue(at), now)) lose(worker, "away");
  for (const worker of takeAll((at) => state.farewells.takeDue(at), now)) {
    if (worker.status === "gone") forget(state, worker);
  }
  return losses;
}

const isSilent = ({ options }: State, { lastSeenAt }: WorkerRecord, now: InstantMs): boolean =>
  elapsed(lastSeenAt, now) >= options.classTimeoutMs;

function* takeAll<T>(take: (now: InstantMs) => T | undefined, now: InstantMs): Generator<T> {
  for (let item = take(now); item !== undefined; item = take(now)) yield item;
}
