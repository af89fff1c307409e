import { AssertionError, assert, type EpochMs, type NodeId, type Prng, type TaskId } from "@mutirao/primitives";
import {
  byLastChange,
  chooseLeasesToForget,
  chooseToForget,
  endOf,
  type LeaseRecord,
  leaseMistake,
  type StoreChange,
  type StoreContents,
  type StoreErrorCode,
  type TaskRecord,
} from "@mutirao/task-store";
import type { Scheduler } from "../scheduler.ts";

/** What outlives a master: its disk, with commits that take their time, no room at times, and failures for good. */
export interface SimDisk extends DiskImage {
  open(post: (run: () => void) => void): DiskSession;
  /** Faults: how many leave no room now, how much longer commits take, and whether it has failed until it is mended. */
  shortages: number;
  extraMs: number;
  isBroken: boolean;
}

/** What is durable: it is in every image that a crash from now on could leave. */
interface DiskImage {
  readonly image: ReadonlyMap<TaskId, TaskRecord>;
  readonly leases: ReadonlyMap<NodeId, LeaseRecord>;
}

/** The store as one process has it open. All is asked for in order, and what waits together is made durable together. */
export interface DiskSession {
  load(): StoreContents;
  write(changes: readonly StoreChange[], done: (problem: WriteProblem | undefined) => void): void;
  prune(endedBefore: EpochMs, finishedMax: number, done: (forgotten: readonly TaskId[]) => void): void;
  /** Ends in good order: what was asked for is made durable. */
  close(): void;
  /** The process is gone; of what was being made durable, only the first writes may be kept. */
  crash(): void;
}

/** Why nothing of a write was kept; an assertion is the caller's own mistake. */
export type WriteProblem = StoreErrorCode | AssertionError;

export interface SimDiskOptions {
  readonly scheduler: Scheduler;
  readonly prng: Prng;
  readonly commitMinMs: number;
  readonly commitMaxMs: number;
  /** Told of each change as it becomes durable. */
  readonly onDurable?: (id: TaskId, before: TaskRecord | undefined, after: TaskRecord) => void;
  readonly onForgotten?: (ids: readonly TaskId[]) => void;
}

type Job =
  | {
      readonly kind: "write";
      readonly changes: readonly StoreChange[];
      readonly done: (problem: WriteProblem | undefined) => void;
    }
  | {
      readonly kind: "prune";
      readonly endedBefore: EpochMs;
      readonly finishedMax: number;
      readonly done: (forgotten: readonly TaskId[]) => void;
    };

interface Disk extends SimDisk {
  readonly image: Map<TaskId, TaskRecord>;
  readonly leases: Map<NodeId, LeaseRecord>;
  readonly options: SimDiskOptions;
}

interface Session {
  readonly disk: Disk;
  readonly post: (run: () => void) => void;
  readonly waiting: Job[];
  underWay: readonly Job[];
  isOver: boolean;
}

export function createSimDisk(options: SimDiskOptions): SimDisk {
  const disk: Disk = {
    options,
    image: new Map(),
    leases: new Map(),
    shortages: 0,
    extraMs: 0,
    isBroken: false,
    open: (post) => openSession(disk, post),
  };
  return disk;
}

function openSession(disk: Disk, post: (run: () => void) => void): DiskSession {
  const session: Session = { disk, post, waiting: [], underWay: [], isOver: false };
  const ask = (job: Job): void => {
    assert(!session.isOver, "a store is used before it is closed");
    session.waiting.push(job);
    commitNext(session);
  };
  return {
    load: () => contentsOf(disk),
    write: (changes, done) => ask({ kind: "write", changes: [...changes], done }),
    prune: (endedBefore, finishedMax, done) => ask({ kind: "prune", endedBefore, finishedMax, done }),
    close() {
      session.isOver = true;
      for (const job of [...session.underWay, ...session.waiting.splice(0)]) perform(disk, job)();
    },
    crash() {
      session.isOver = true;
      const { underWay } = session;
      // Whatever was under way is there up to some write, and nothing of what comes after that.
      for (const job of underWay.slice(0, disk.options.prng.integer(0, underWay.length))) perform(disk, job);
    },
  };
}

function contentsOf({ image, leases }: DiskImage): StoreContents {
  const records = [...image.values()];
  const finished = records.flatMap(({ id, status }) => {
    const end = endOf(status);
    return end === undefined ? [] : [{ id, ...end }];
  });
  return {
    unfinished: records.filter(({ status }) => status.state === "pending"),
    finished: finished.sort((a, b) => a.endedAt - b.endedAt),
    leases: [...leases.values()].sort(byLastChange),
  };
}

function commitNext(session: Session): void {
  if (session.isOver || session.underWay.length > 0 || session.waiting.length === 0) return;
  const { disk } = session;
  const { scheduler, prng, commitMinMs, commitMaxMs } = disk.options;
  session.underWay = session.waiting.splice(0);
  const tookMs = commitMinMs + (commitMaxMs - commitMinMs) * prng.next() + disk.extraMs * prng.next();
  scheduler.after(tookMs, () => {
    if (session.isOver) return;
    const jobs = session.underWay;
    session.underWay = [];
    for (const job of jobs) {
      const tell = perform(disk, job);
      session.post(() => session.isOver || tell());
    }
    commitNext(session);
  });
}

/** Does what was asked for, and gives what tells of it. */
function perform(disk: Disk, job: Job): () => void {
  if (job.kind === "prune") {
    const forgotten = disk.isBroken ? [] : forget(disk, job.endedBefore, job.finishedMax);
    if (forgotten.length > 0) disk.options.onForgotten?.(forgotten);
    return () => job.done(forgotten);
  }
  const problem = problemOf(disk, job.changes);
  if (problem === undefined) for (const change of job.changes) apply(disk, change);
  return () => job.done(problem);
}

function problemOf(disk: Disk, changes: readonly StoreChange[]): WriteProblem | undefined {
  if (disk.isBroken) return "ERR_STORE_FAILED";
  return disk.shortages > 0 ? "ERR_STORE_FULL" : mistakeIn(changes, disk);
}

/** A write is kept as a whole or not at all, so all of it is looked at before any of it is kept. */
function mistakeIn(changes: readonly StoreChange[], { image, leases }: DiskImage): AssertionError | undefined {
  const fresh = new Set<TaskId>();
  const epochs = new Map<NodeId, number>();
  for (const change of changes) {
    if (change.kind === "leased") {
      const { worker, epoch } = change.lease;
      const mistake = leaseMistake(worker, epoch, epochs.get(worker) ?? leases.get(worker)?.epoch);
      if (mistake !== undefined) return new AssertionError(mistake);
      epochs.set(worker, epoch);
      continue;
    }
    const id = change.kind === "accepted" ? change.task.id : change.id;
    const isKnown = image.has(id) || fresh.has(id);
    if (change.kind === "accepted" && isKnown) return new AssertionError(`task ${id} is accepted once`);
    if (change.kind === "updated" && !isKnown) return new AssertionError(`task ${id} is accepted before it is updated`);
    fresh.add(id);
  }
  return undefined;
}

function apply({ image, leases, options }: Disk, change: StoreChange): void {
  if (change.kind === "leased") {
    leases.set(change.lease.worker, change.lease);
    return;
  }
  if (change.kind === "accepted") {
    const { task } = change;
    image.set(task.id, task);
    options.onDurable?.(task.id, undefined, task);
    return;
  }
  const { id, status } = change;
  const before = image.get(id);
  if (before === undefined) return;
  const after = { ...before, status };
  image.set(id, after);
  options.onDurable?.(id, before, after);
}

function forget({ image, leases }: Disk, endedBefore: EpochMs, finishedMax: number): readonly TaskId[] {
  const ended = [...image.values()].flatMap(({ id, status }) => {
    const end = endOf(status);
    return end === undefined ? [] : ([[id, end.endedAt]] as const);
  });
  const forgotten = chooseToForget(ended, endedBefore, finishedMax);
  for (const id of forgotten) image.delete(id);
  const home = chooseLeasesToForget([...leases.values()], ({ borrower }) => borrower === undefined);
  for (const { worker } of home) leases.delete(worker);
  return forgotten;
}
