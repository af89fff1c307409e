import { once } from "node:events";
import { connect } from "node:net";
import { epochMs, nodeId } from "@mutirao/primitives";
import {
  encodeMessage,
  type PerformanceReport,
  type ReportedLoan,
  type ReportedNotice,
  type ReportedWorker,
} from "@mutirao/protocol";

/** How it goes with the cluster of the story. */
export type Chapter = "calm" | "burst" | "lent" | "home";

interface At {
  readonly host: string;
  readonly port: number;
}

/**
 * Three masters with three workers each: `alfa` meets a burst, asks `bravo`, which lends a worker, and `charlie`, which
 * cannot; in the end the worker goes home. They report in real lines, as masters of ours do.
 */
export interface Story {
  /** Everybody reports once. */
  tell(chapter: Chapter): Promise<void>;
  /** The same for only some of them. */
  tellOf(chapter: Chapter, ids: readonly string[]): Promise<void>;
}

const cast = ["alfa", "bravo", "charlie"] as const;
type Id = (typeof cast)[number];

export interface StoryOptions {
  readonly intervalMs?: number;
  /** Beside the three, others that only report in the class's words. */
  readonly foreign?: readonly string[];
}

export function createStory(at: At, { intervalMs = 60_000, foreign = [] }: StoryOptions = {}): Story {
  const journal = new Map<Id, ReportedNotice[]>(cast.map((id) => [id, []]));
  let [told, round] = [0, 0];
  const note = (id: Id, kind: string, data: ReportedNotice["data"]): void => {
    journal.get(id)?.push({ n: ++told, at: epochMs(Date.now() + told), kind, data });
  };
  const began = new Set<Chapter>();

  const send = async (report: PerformanceReport): Promise<void> => {
    const socket = connect({ host: at.host, port: at.port });
    socket.end(encodeMessage(report));
    // Nothing is ever answered; what comes is the end.
    socket.resume();
    await once(socket, "close");
  };
  const tellOf = async (chapter: Chapter, ids: readonly string[]): Promise<void> => {
    if (!began.has(chapter)) beginChapter(chapter, note);
    began.add(chapter);
    round++;
    for (const id of cast) {
      if (ids.includes(id)) await send(reportOf(id, chapter, { intervalMs, round, notices: journal.get(id) ?? [] }));
    }
    for (const id of foreign) if (ids.includes(id)) await send(foreignReport(id, round));
  };
  return { tellOf, tell: (chapter) => tellOf(chapter, [...cast, ...foreign]) };
}

type Note = (id: Id, kind: string, data: ReportedNotice["data"]) => void;

/** Both sides tell each message, as masters do. */
function say(note: Note, from: Id, to: Id, exchange: Readonly<Record<string, unknown>>, message: object): void {
  const wire = wireOf(message);
  note(from, "line-exchanged", { exchange: { direction: "sent", peer: to, ...wire, ...exchange } });
  note(to, "line-exchanged", { exchange: { direction: "received", peer: from, ...wire, ...exchange } });
}

function tellWorker(note: Note, from: Id, worker: string, word: string, message: object, why: string): void {
  const wire = wireOf(message);
  note(from, "line-exchanged", {
    exchange: { direction: "sent", peer: worker, word, ...wire, workers: [worker], why },
  });
}

function wireOf(message: object) {
  const line = JSON.stringify(message);
  return { line, bytes: line.length, isCut: false };
}

const ipOf = (port: number) => ({ ip: "127.0.0.1", port });

function beginChapter(chapter: Chapter, note: Note): void {
  if (chapter === "burst") {
    const request = { TASK: "WORKER_REQUEST", REQUESTOR_INFO: { ...ipOf(9_101), needed: 2 } };
    const why = "backlog 42 > 10";
    say(note, "alfa", "charlie", { word: "WORKER_REQUEST", count: 2, why }, request);
    const refusal = { SERVER_UUID: "charlie", RESPONSE: "UNAVAILABLE", WORKERS_UUID: [] };
    say(note, "charlie", "alfa", { word: "UNAVAILABLE", count: 0, why: "near its own high mark" }, refusal);
    say(note, "alfa", "bravo", { word: "WORKER_REQUEST", count: 2, why }, request);
    const offer = { SERVER_UUID: "bravo", RESPONSE: "AVAILABLE", WORKERS_UUID: ["bravo-w3"] };
    const idle = "1 of 3 idle";
    say(note, "bravo", "alfa", { word: "AVAILABLE", count: 1, workers: ["bravo-w3"], why: idle }, offer);
    const redirect = { TASK: "REDIRECT", SERVER_REDIRECT: ipOf(9_101) };
    tellWorker(note, "bravo", "bravo-w3", "REDIRECT", redirect, "lent to alfa");
  }
  if (chapter === "home") {
    const release = { TASK: "COMMAND_RELEASE", WORKERS_UUID: ["bravo-w3"] };
    say(note, "alfa", "bravo", { word: "COMMAND_RELEASE", workers: ["bravo-w3"], why: "backlog 1 < 4" }, release);
    const answer = { SERVER_UUID: "bravo", RESPONSE: "RELEASE_ACK", WORKERS_UUID: ["bravo-w3"] };
    say(note, "bravo", "alfa", { word: "RELEASE_ACK", workers: ["bravo-w3"] }, answer);
    tellWorker(
      note,
      "alfa",
      "bravo-w3",
      "RETURN",
      { TASK: "RETURN", SERVER_RETURN: ipOf(9_102) },
      "not needed any more",
    );
  }
}

interface ReportOptions {
  readonly intervalMs: number;
  readonly round: number;
  readonly notices: readonly ReportedNotice[];
}

const LENT_FOR_MS = 90_000;

function reportOf(id: Id, chapter: Chapter, { intervalMs, round, notices }: ReportOptions): PerformanceReport {
  const now = Date.now();
  const isPressed = id === "alfa" && (chapter === "burst" || chapter === "lent");
  const backlog = isPressed ? 42 - round : (round * 3 + id.length) % 4;
  const workers = workersOf(id, chapter, isPressed);
  const alive = workers.filter(({ status }) => status === "ALIVE");
  const busy = alive.filter((worker) => worker.busy === 1).length;
  const loan: ReportedLoan = {
    ...{ id: "loan-1", worker: "bravo-w3", lender: "bravo", borrower: "alfa", state: "here" },
    endsAt: epochMs(now + LENT_FOR_MS),
  };
  const isLoan = (chapter === "burst" || chapter === "lent") && id !== "charlie";
  const borrowed = alive.filter(({ owner }) => owner !== undefined).length;
  return {
    ...{ kind: "performance-report", from: nodeId(id), sentAt: epochMs(now), messageId: `${round}` },
    system: {
      ...{ uptimeS: 3_600, loadAverage1m: 0.5, loadAverage5m: 0.25, cpuPercent: 12.5, cpusLogical: 8, cpusPhysical: 4 },
      ...{ memoryTotalMb: 16_000, memoryAvailableMb: 8_000, memoryPercent: 50, memoryUsedMb: 8_000 },
      ...{ diskTotalGb: 500, diskFreeGb: 125, diskPercent: 75 },
    },
    farm: {
      ...{ workersTotal: alive.length, workersUtilization: busy / Math.max(1, alive.length), workersFailed: 0 },
      ...{ workersAlive: alive.length, workersIdle: alive.length - busy, workersBorrowed: borrowed },
      ...{ workersReceived: borrowed, tasksPending: backlog, tasksRunning: busy },
    },
    maxTask: 10,
    neighbours: [],
    extension: {
      ...{ state: isPressed ? "SATURATED" : "NORMAL", causes: isPressed ? ["backlog", "estimatedWait"] : [] },
      ...{ since: epochMs(now - 12_000), http: undefined },
      figures: {
        ...{ intervalMs, backlogHigh: 10, backlogLow: 4, waitHighMs: 5_000, waitLowMs: 1_000 },
        ...{ estimatedWaitMs: backlog * 240, oldestWaitMs: backlog * 90, waitP50Ms: backlog * 120 },
        ...{ waitP99Ms: backlog * 310, throughputPerS: 3 + alive.length, arrivalsPerS: isPressed ? 14 : 4 },
        ...{ serviceMs: 480, slots: alive.length, busySlots: busy, workersOwned: alive.length - borrowed },
        ...{ workersLent: isLoan && id === "bravo" ? 1 : 0, workersBorrowed: borrowed },
        workersIdle: alive.length - busy,
      },
      peers: cast
        .filter((peer) => peer !== id)
        .map((peer) => ({
          ...{ id: peer, at: "127.0.0.1:9101", lastSeenAt: epochMs(now - 400) },
          status: id === "charlie" && peer === "bravo" ? "TIMEOUT" : "ALIVE",
        })),
      workers,
      loans: isLoan ? [loan] : [],
      notices,
    },
  };
}

/** During the burst the lent worker is on its way; then it is where it was lent to. */
function workersOf(id: Id, chapter: Chapter, isPressed: boolean): readonly ReportedWorker[] {
  const own = [1, 2, 3].map((n) => ({
    ...{ id: `${id}-w${n}`, status: "ALIVE", slots: 1, owner: undefined },
    busy: isPressed || n === 1 ? 1 : 0,
  }));
  const isAway = chapter === "burst" || chapter === "lent";
  if (id === "bravo" && isAway) return own.map((worker, n) => (n === 2 ? { ...worker, status: "AWAY" } : worker));
  if (id === "alfa" && chapter === "lent") {
    return [...own, { id: "bravo-w3", status: "ALIVE", slots: 1, busy: 1, owner: "bravo" }];
  }
  return own;
}

function foreignReport(id: string, round: number): PerformanceReport {
  const full = reportOf("charlie", "calm", { intervalMs: 10_000, round, notices: [] });
  return { ...full, from: nodeId(id), extension: undefined };
}
