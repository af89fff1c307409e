import { after, type ConnId, durationMs, type InstantMs, type TaskId } from "@mutirao/primitives";
import type { AttemptOutcome, Message, ResultBatch, WorkerAlive, WorkerHello } from "@mutirao/protocol";
import {
  type AssignmentBook,
  type Books,
  closeAssignment,
  keyOf,
  type LiveBook,
  type News,
  type ResultNews,
  release,
  type WorkerBook,
  wait,
} from "./books.ts";

/** What a line of a worker means for the books of its master. */
export function hear(books: Books, news: News, conn: ConnId, message: Message, now: InstantMs): void {
  switch (message.kind) {
    case "worker-alive":
      if (message.hello === undefined) hearClassAlive(books, conn, message, now);
      else hearHello(books, news, conn, message, message.hello, now);
      break;
    case "result-batch":
      hearResults(books, news, conn, message, now);
      break;
    case "worker-status":
      hearStatus(books, news, conn, message, now);
      break;
    default: {
      const worker = books.byConn.get(conn);
      const isHeard = message.kind !== "query" && message.kind !== "no-task";
      if (worker !== undefined && isHeard) heard(worker, now);
      if (worker !== undefined && message.kind === "pong") worker.owesPong = false;
    }
  }
}

function heard(worker: WorkerBook, now: InstantMs): void {
  worker.heardAt = now;
  if (worker.status === "gone") worker.status = "alive";
}

function workerFor(books: Books, key: string, make: () => WorkerBook): WorkerBook {
  const known = books.workers.get(key);
  if (known !== undefined) return known;
  const fresh = make();
  books.workers.set(key, fresh);
  return fresh;
}

const fresh = (fields: Pick<WorkerBook, "id" | "style" | "boot" | "slots" | "types">, now: InstantMs): WorkerBook => ({
  ...fields,
  name: fields.id,
  conn: undefined,
  host: undefined,
  status: "alive",
  heardAt: now,
  awaySince: undefined,
  isResynced: fields.style !== "session",
  assigned: new Map(),
  unaccounted: new Set(),
  unwanted: new Set(),
  isResting: false,
  isMixedUp: false,
  owesPong: false,
  hasEndedPoll: false,
});

function bind(books: Books, worker: WorkerBook, conn: ConnId, now: InstantMs): void {
  if (worker.conn !== undefined) books.byConn.delete(worker.conn);
  worker.conn = conn;
  books.byConn.set(conn, worker);
  worker.status = "alive";
  worker.awaySince = undefined;
  worker.heardAt = now;
}

function hearHello(
  books: Books,
  news: News,
  conn: ConnId,
  { worker: id }: WorkerAlive,
  { boot, slots, types, holding }: WorkerHello,
  now: InstantMs,
): void {
  const worker = workerFor(books, `${id} ${boot}`, () => {
    forgetFormer(books, id, now);
    return fresh({ id, style: "session", boot, slots: 0, types: new Set() }, now);
  });
  if (worker.conn !== conn) {
    bind(books, worker, conn, now);
    worker.isResynced = false;
    worker.unaccounted.clear();
    for (const assignment of worker.assigned.values()) worker.unaccounted.add(assignment);
  }
  heard(worker, now);
  worker.slots = slots;
  worker.types = new Set(types);
  worker.unwanted.clear();
  for (const { task, attempt } of holding) {
    const known = worker.assigned.get(keyOf(task, attempt));
    if (known !== undefined) worker.unaccounted.delete(known);
    if (known?.isOpen === true) continue;
    const live = books.live.get(task);
    if (live?.phase === "waiting") adopt(books, news, live, worker, attempt, now);
    else if (known === undefined) worker.unwanted.add(keyOf(task, attempt));
  }
}

/**
 * Another process has come under the id of one that was away: that one is no more, and what it had waits again at once,
 * so that even the newcomer may keep it.
 */
export function forgetFormer(books: Books, id: WorkerBook["id"], now: InstantMs): void {
  for (const [key, worker] of books.workers) {
    if (worker.id !== id || worker.style !== "session" || worker.status === "alive") continue;
    books.workers.delete(key);
    for (const assignment of worker.assigned.values()) {
      const live = books.live.get(assignment.task);
      if (live === undefined || live.holder !== assignment) continue;
      books.replaced.set(assignment.task, assignment);
      if (live.losses + 1 < books.options.lossesMax) wait(live, now, now, now);
      else live.phase = "ending";
    }
  }
}

function adopt(books: Books, news: News, live: LiveBook, worker: WorkerBook, attempt: number, now: InstantMs): void {
  const { id: task, timeoutMs } = live.order;
  const assignment: AssignmentBook = {
    task,
    attempt,
    of: live,
    worker,
    givenAt: now,
    countsFrom: now,
    allowedMs: timeoutMs + books.options.graceMs,
    isOpen: true,
    givenOn: undefined,
    acceptedBefore: undefined,
  };
  live.phase = "assigned";
  live.attempts = Math.max(attempt, live.attempts);
  live.holder = assignment;
  worker.assigned.set(keyOf(task, attempt), assignment);
  news.adopted.push(assignment);
}

function hearResults(books: Books, news: News, conn: ConnId, batch: ResultBatch, now: InstantMs): void {
  const worker = books.byConn.get(conn);
  if (worker === undefined || worker.style !== "session" || worker.id !== batch.worker) return;
  heard(worker, now);
  for (const { task, attempt, outcome } of batch.results) {
    const open = worker.assigned.get(keyOf(task, attempt));
    worker.unwanted.delete(keyOf(task, attempt));
    takeOutcome(books, news, { conn, worker, task, attempt, assignment: open }, outcome, now);
  }
  if (!batch.isResynced || worker.isResynced) return;
  worker.isResynced = true;
  for (const assignment of worker.unaccounted) giveBack(books, news, assignment, now);
  worker.unaccounted.clear();
}

interface Reported {
  readonly conn: ConnId;
  readonly worker: WorkerBook;
  readonly task: TaskId;
  readonly attempt: number;
  readonly assignment: AssignmentBook | undefined;
}

function giveBack(books: Books, news: News, assignment: AssignmentBook, now: InstantMs): void {
  release(assignment);
  if (!assignment.isOpen) return;
  const live = books.live.get(assignment.task);
  assignment.isOpen = false;
  if (live?.holder !== assignment) return;
  wait(live, now, now, now);
  news.givenBack.push(assignment);
}

/** What a worker says when it hands a task back that it did not fail at. */
export const RETURNED_CODES: ReadonlySet<string> = new Set([
  "ERR_TASK_ABORTED",
  "ERR_TASK_CANCELLED",
  "ERR_WORKER_BUSY",
  "ERR_TASK_TYPE_UNKNOWN",
]);

function takeOutcome(
  books: Books,
  news: News,
  { conn, worker, task, attempt, assignment }: Reported,
  outcome: AttemptOutcome,
  now: InstantMs,
): void {
  if (assignment !== undefined) release(assignment);
  const live = books.live.get(task);
  const how = howOf(live, assignment);
  const { isOk } = outcome;
  const [code, output] = outcome.isOk ? [undefined, outcome.output as string] : [outcome.code, ""];
  news.results.push({ worker, conn, task, attempt, isOk, code, output, how });
  if (live === undefined || how === "late" || how === "former") return;
  if (isOk) {
    if (live.holder !== undefined) closeAssignment(books, live.holder);
    live.phase = "ending";
  } else if (how === "open" && assignment !== undefined) {
    assignment.isOpen = false;
    if (RETURNED_CODES.has(code ?? "")) giveBackOpen(news, live, assignment, now);
    else fail(books, live, now);
  }
}

function howOf(live: LiveBook | undefined, assignment: AssignmentBook | undefined): ResultNews["how"] {
  if (assignment?.isOpen === true) return "open";
  if (live !== undefined && assignment !== undefined && assignment.of !== live) return "former";
  return live === undefined || isEnding(live) ? "late" : "stray";
}

const isEnding = ({ phase }: LiveBook): boolean => phase === "ending" || phase === "accepting";

function giveBackOpen(news: News, live: LiveBook, assignment: AssignmentBook, now: InstantMs): void {
  wait(live, now, now, now);
  news.givenBack.push(assignment);
}

function fail({ options }: Books, live: LiveBook, now: InstantMs): void {
  live.failures++;
  live.holder = undefined;
  if (live.failures >= live.order.maxAttempts) {
    live.phase = "ending";
    return;
  }
  const { retryMs, retryMaxMs } = options;
  const lengthMs = Math.min(retryMs * 2 ** (live.failures - 1), Math.max(retryMs, retryMaxMs));
  wait(live, now, after(now, durationMs(lengthMs / 2)), after(now, durationMs(lengthMs)));
}

const CLASS_TYPES: ReadonlySet<string> = new Set(["QUERY"]);

function hearClassAlive(books: Books, conn: ConnId, { worker: id }: WorkerAlive, now: InstantMs): void {
  if (books.conns.get(conn) !== "push") {
    const key = `${id} (pull)`;
    const worker = workerFor(books, key, () =>
      fresh({ id, style: "pull", boot: undefined, slots: 1, types: CLASS_TYPES }, now),
    );
    heard(worker, now);
    worker.host = books.hosts.get(conn);
    books.polls.set(conn, worker);
    return;
  }
  const worker = pushWorker(books, id, conn, now);
  heard(worker, now);
  if (worker.conn === conn) return;
  bind(books, worker, conn, now);
  worker.owesPong = false;
  worker.isMixedUp = false;
  for (const assignment of [...worker.assigned.values()]) if (!assignment.isOpen) release(assignment);
}

/** Of two push workers on two connections, neither is the other, whatever they call themselves. */
function pushWorker(books: Books, id: WorkerBook["id"], conn: ConnId, now: InstantMs): WorkerBook {
  for (const worker of books.workers.values()) {
    const isSame = worker.style === "push" && worker.id === id;
    if (isSame && (worker.conn === undefined || worker.conn === conn)) return worker;
  }
  return workerFor(books, `${id} (push ${conn})`, () =>
    fresh({ id, style: "push", boot: undefined, slots: 1, types: CLASS_TYPES }, now),
  );
}

function hearStatus(
  books: Books,
  news: News,
  conn: ConnId,
  status: Message & { readonly kind: "worker-status" },
  now: InstantMs,
): void {
  const isPush = books.conns.get(conn) === "push";
  const worker = isPush ? books.byConn.get(conn) : pullWorkerOn(books, status.worker, conn);
  if (worker !== undefined) heard(worker, now);
  if (isPush && status.worker === undefined) return;
  const assignment = worker === undefined ? undefined : attributedTo(books, worker, conn);
  const { isOk, output } = status;
  if (worker === undefined || assignment === undefined) {
    const nothing = { task: undefined, attempt: undefined, code: undefined };
    news.results.push({ worker, conn, isOk, output, how: "unexpected", ...nothing });
    return;
  }
  const { task, attempt } = assignment;
  worker.isResting = isPush;
  const outcome: AttemptOutcome = isOk ? { isOk, output } : { isOk, code: codeOf(status.error), message: "" };
  takeOutcome(books, news, { conn, worker, task, attempt, assignment }, outcome, now);
}

/** A name alone is nobody: on another host there may be another by it. */
function pullWorkerOn(books: Books, id: string | undefined, conn: ConnId): WorkerBook | undefined {
  const worker = books.workers.get(`${id} (pull)`);
  return worker?.host === books.hosts.get(conn) ? worker : undefined;
}

/** The connection rule, from the protocol and not from the code; and a name alone gives no right. */
function attributedTo({ hosts }: Books, { assigned }: WorkerBook, conn: ConnId): AssignmentBook | undefined {
  const [assignment] = assigned.values();
  if (assignment === undefined) return undefined;
  const { givenOn, acceptedBefore } = assignment;
  const isLater = acceptedBefore !== undefined && conn > acceptedBefore;
  const isFromThere = givenOn !== undefined && hosts.get(givenOn) === hosts.get(conn);
  return isFromThere && (conn === givenOn || isLater) ? assignment : undefined;
}

/** In the class's words a worker of ours that hands its task back says so in the text of its error. */
const codeOf = (error = ""): "ERR_TASK_ABORTED" | "ERR_TASK_FAILED" =>
  error.startsWith("ERR_TASK_ABORTED: ") ? "ERR_TASK_ABORTED" : "ERR_TASK_FAILED";
