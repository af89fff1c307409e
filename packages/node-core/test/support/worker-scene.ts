import {
  type ConnId,
  createPrng,
  type Endpoint,
  formatEndpoint,
  instantMs,
  type JsonText,
  jsonText,
  nodeId,
  sameEndpoint,
  seconds,
} from "@mutirao/primitives";
import { decodeLine, encodeMessage } from "@mutirao/protocol";
import type { CloseReason } from "@mutirao/transport";
import {
  attemptErrors,
  createWorkerNode,
  type Notice,
  type RunId,
  type WorkerEffect,
  type WorkerEvent,
  type WorkerNodeOptions,
} from "../../src/index.ts";

const master: Endpoint = { host: "127.0.0.1", port: 9101 };
const local: Endpoint = { host: "127.0.0.1", port: 50_001 };

export const workerTestOptions: WorkerNodeOptions = {
  master,
  boot: "w-1",
  slots: 1,
  types: ["QUERY"],
  style: "auto",
  pollMs: seconds(1),
  answerMs: seconds(12),
  reportMs: seconds(5),
  backOffMaxMs: seconds(2),
  foreignTimeoutMs: seconds(60),
  foreignLeaseMs: seconds(900),
  malformedPerConnectionMax: 10,
  malformedPerSourceMax: 100,
  muteMs: seconds(60),
};

const OK = jsonText('{"SALDO":1}');

/**
 * A worker under test; its master and its handlers are played by the test. What the worker does is written down line by
 * line: `2 #1 <- {"TASK":"NO_TASK"}` is a line sent on its first connection after two seconds, `2 run 0` the start of
 * its first handler. What must never happen, whatever the test does, is checked on the way.
 */
export function createWorkerScene(changes: Partial<WorkerNodeOptions> = {}) {
  const options = { ...workerTestOptions, ...changes };
  const node = createWorkerNode(nodeId("w"), options, createPrng("scene"));
  const told: string[] = [];
  const runs = new Map<number, RunId>();
  const running = new Set<RunId>();
  /** In the order in which they were dialled. */
  const conns: { readonly conn: ConnId; readonly to: Endpoint; phase: "dialing" | "open" | "closing" | "closed" }[] =
    [];
  let nowMs = 0;
  let hasLeft = false;
  let identifications = 0;
  let ended = 0;
  let spared: ConnId | undefined;

  const tell = (text: string): void => void told.push(`${Math.round(nowMs) / 1_000} ${text}`);
  const must = (isSo: boolean, what: string): void => {
    if (!isSo) throw new Error(`${what}, after ${told.slice(-5).join("; ")}`);
  };
  const find = (conn: ConnId): (typeof conns)[number] & { name: string } => {
    const index = conns.findIndex((known) => known.conn === conn);
    const known = conns[index];
    if (known === undefined) throw new Error(`nobody dialled ${conn}`);
    return Object.assign(known, { name: `#${index + 1}` });
  };
  const handle = (event: WorkerEvent): void => {
    for (const effect of node.handle(event, instantMs(nowMs))) note(effect);
    const deadline = node.nextDeadline();
    must(deadline === undefined || deadline >= 0, "a deadline is a moment");
    must(node.status().running === running.size || hasLeft, "the worker knows what it runs");
  };
  const note = (effect: WorkerEffect): void => {
    must(!hasLeft, `nothing is asked for after leaving, but ${effect.type} was`);
    switch (effect.type) {
      case "dial":
        must(!conns.some(({ phase }) => phase === "dialing" || phase === "open"), "there is one connection at a time");
        conns.push({ conn: effect.conn, to: effect.to, phase: "dialing" });
        tell(`#${conns.length} dial${sameEndpoint(effect.to, options.master) ? "" : ` ${formatEndpoint(effect.to)}`}`);
        break;
      case "send": {
        const { name, phase } = find(effect.conn);
        must(phase === "open", `a line goes to an open connection, but ${name} is ${phase}`);
        tell(`${name} <- ${encodeMessage(effect.message).trimEnd()}`);
        break;
      }
      case "close": {
        const conn = find(effect.conn);
        must(conn.phase === "open" || conn.phase === "dialing", "a connection is closed once");
        conn.phase = "closing";
        tell(`${conn.name} close`);
        break;
      }
      case "spare":
        must(find(effect.conn).phase === "open", "an open connection is spared");
        spared = effect.isSpared ? effect.conn : undefined;
        break;
      case "allow":
      case "owe":
        break;
      case "identify":
        identifications++;
        break;
      case "notify":
        if (effect.notice.kind === "task-ended") ended++;
        if (effect.notice.kind !== "task-started" && effect.notice.kind !== "task-ended") tell(describe(effect.notice));
        break;
      case "run-task":
        runs.set(runs.size, effect.run);
        running.add(effect.run);
        must(running.size <= options.slots, "no more tasks run than there are slots");
        tell(`run ${runs.size - 1} ${effect.taskType} ${effect.payload} ${effect.timeoutMs / 1_000} s`);
        break;
      case "cancel-run":
        tell(`cancel ${[...runs].find(([, run]) => run === effect.run)?.[0]}`);
        break;
      case "leave":
        hasLeft = true;
        tell("leave");
    }
  };
  const current = (ordinal: number | undefined): (typeof conns)[number] => {
    const conn = ordinal === undefined ? conns.at(-1) : conns[ordinal - 1];
    if (conn === undefined) throw new Error("no such connection");
    return conn;
  };
  const isDialling = (): boolean => conns.at(-1)?.phase === "dialing";
  const runOf = (ordinal: number): RunId => {
    const run = runs.get(ordinal);
    if (run === undefined) throw new Error(`run ${ordinal} was not started`);
    return run;
  };
  const passToMs = (atMs: number): void => {
    for (let wakes = 0; ; wakes++) {
      const deadline = node.nextDeadline();
      if (deadline === undefined || deadline > atMs) break;
      must(wakes < 100_000, "the worker does not want to be woken without end");
      nowMs = Math.max(nowMs, deadline);
      handle({ type: "wake" });
    }
    nowMs = Math.max(nowMs, atMs);
  };

  return {
    node,
    told,
    handle,
    start: () => handle({ type: "started", listening: local }),
    /** Lets time pass, waking the worker whenever it asks, up to this many seconds from the start. */
    passTo: (atS: number) => passToMs(atS * 1_000),
    /** Wakes the worker as often as it wants at this very moment. */
    settle: () => passToMs(nowMs),
    /** A stretch in which the process does not run. */
    sleepTo(atS: number) {
      nowMs = atS * 1_000;
    },
    wake: () => handle({ type: "wake" }),
    /** Forgets what was told so far, which a test does not want to repeat. */
    skip: () => void told.splice(0),
    /** The last connection that was dialled opens. */
    opens() {
      const conn = current(undefined);
      must(conn.phase === "dialing", "what opens is being dialled");
      conn.phase = "open";
      handle({ type: "conn-opened", conn: conn.conn, remote: conn.to, local });
    },
    /** The master says lines, on the last connection or on an older one. */
    says(...lines: readonly (object | string)[]) {
      for (const line of lines) {
        const decoded = decodeLine(typeof line === "string" ? line : JSON.stringify(line));
        const { conn, to: remote } = current(undefined);
        const event = { conn, remote };
        if ("message" in decoded) handle({ type: "message-received", ...event, message: decoded.message });
        else handle({ type: "line-refused", ...event, violation: decoded.violation });
      }
    },
    isDialling,
    /** How often a connection was given the room of the identified. */
    identified: () => identifications,
    /** Whether its connection may be silent for as long as it likes. */
    isSpared: () => spared !== undefined && find(spared).phase === "open",
    isOpen: () => conns.at(-1)?.phase === "open",
    /** Runs that are over as far as the worker is concerned. */
    ended: () => ended,
    /** Where the last connection leads, or led. */
    target: () => formatEndpoint(current(undefined).to),
    /** The runs that have not ended, by their ordinals. */
    running: () => [...runs].filter(([, run]) => running.has(run)).map(([ordinal]) => ordinal),
    /** Lets time pass until the worker dials, and gives when that is. */
    passToDial(): number {
      while (!isDialling()) {
        const deadline = node.nextDeadline();
        if (deadline === undefined) throw new Error("the worker does not want to dial");
        passToMs(deadline);
      }
      return nowMs / 1_000;
    },
    closes(code: CloseReason["code"] = "CONN_ENDED", ordinal?: number) {
      const conn = current(ordinal);
      conn.phase = "closed";
      handle({ type: "conn-closed", conn: conn.conn, reason: { code } });
    },
    ends(ordinal: number, output: JsonText = OK) {
      running.delete(runOf(ordinal));
      handle({ type: "run-ended", run: runOf(ordinal), outcome: { isOk: true, output } });
    },
    fails(ordinal: number, code = "ERR_TASK_FAILED", message = "no such user") {
      running.delete(runOf(ordinal));
      handle({ type: "run-ended", run: runOf(ordinal), outcome: { isOk: false, code, message } });
    },
    progresses(ordinal: number, fraction: number, words?: string) {
      const rest = words === undefined ? {} : { note: words };
      handle({ type: "run-progressed", run: runOf(ordinal), fraction, ...rest });
    },
    drain: () => handle({ type: "drain" }),
    abandon: () => handle({ type: "abandon" }),
    /** What was sent, without times and connections. */
    sent: () => told.flatMap((line) => line.split(" <- ").slice(1)),
  };
}

export const ALIVE = '{"WORKER":"ALIVE","WORKER_UUID":"w"}';
export const hello = (changes: object = {}): string =>
  JSON.stringify({
    WORKER: "ALIVE",
    WORKER_UUID: "w",
    EXT: { v: 1, boot: "w-1", slots: 1, types: ["QUERY"], holding: [], ...changes },
  });

export const welcome = (changes: object = {}): object => ({
  SERVER_UUID: "m",
  TASK: "NO_TASK",
  EXT: { v: 1, graceMs: 5_000, intervalMs: 2_000, timeoutMs: 10_000, ...changes },
});

/** Tasks by their ids, each tried for the first time or for the n-th. */
export const work = (...tasks: readonly (string | readonly [string, number])[]): object => ({
  TASK: "QUERY",
  EXT: {
    v: 1,
    tasks: tasks.map((task) => {
      const [id, n] = typeof task === "string" ? [task, 1] : task;
      return { id, n, type: "QUERY", payload: { USER: id }, ms: 60_000 };
    }),
  },
});

export const cancel = (...ids: readonly string[]): object => ({
  TASK: "QUERY",
  EXT: { v: 1, cancel: ids.map((id) => [id, 1]) },
});

export const acks = (...ids: readonly string[]): object => ({
  STATUS: "ACK",
  EXT: { v: 1, acks: ids.map((id) => [id, 1]) },
});

/** Where the borrower of the tests is. */
export const BORROWER = "10.0.0.7:9101";

/** A master of ours lends the worker out. */
export const redirect = (epoch = 7, changes: object = {}): object => ({
  TASK: "REDIRECT",
  SERVER_REDIRECT: { ip: "10.0.0.7", port: 9_101 },
  EXT: { v: 1, epoch, owner: "m", borrower: "b", leaseMs: 30_000, ...changes },
});

/** The same in the class's words. */
export const classRedirect = (ip = "10.0.0.7", port = 9_101): object => ({
  TASK: "REDIRECT",
  SERVER_REDIRECT: { ip, port },
});

/** "Go home", with an address that is wrong. */
export const RETURN = { TASK: "RETURN", SERVER_RETURN: { ip: "10.9.9.9", port: 1 } };

/** How the worker says who it is while it is away. */
export const guestHello = (changes: object = {}): string =>
  hello({ epoch: 7, ...changes }).replace('"WORKER_UUID":"w"', '"WORKER_UUID":"w","SERVER_UUID":"m"');

/** The borrower takes the worker in. */
export const guestWelcome = (changes: object = {}): object => ({
  ...welcome({ leaseMs: 30_000, ...changes }),
  SERVER_UUID: "b",
});

export const beatAnswer = (leaseMs?: number): object => ({
  SERVER_UUID: "b",
  TASK: "HEARTBEAT",
  RESPONSE: "ALIVE",
  SERVER_ID: "b",
  ...(leaseMs === undefined ? {} : { EXT: { v: 1, leaseMs } }),
});

/** A worker of ours that its home has lent to a master of ours, and that has nothing to do there yet. */
export function atBorrower(changes: Partial<WorkerNodeOptions> = {}, terms: object = {}) {
  const scene = inSession(changes);
  scene.says(redirect(7, terms));
  scene.opens();
  scene.says(guestWelcome());
  scene.skip();
  return scene;
}

const batch = (members: object): string =>
  JSON.stringify({ STATUS: "OK", TASK: "QUERY", WORKER_UUID: "w", EXT: { v: 1, ...members } });

export const RESYNCED = batch({ resynced: true });
export const ok = (id: string): object => ({ id, n: 1, ok: true, output: { SALDO: 1 } });
export const nok = (id: string, code: string, message: string): object => ({ id, n: 1, ok: false, code, message });
/** What a worker says itself of a task that it did not do. */
export const notDone = (id: string, code: keyof typeof attemptErrors): object => nok(id, code, attemptErrors[code]);
export const results = (list: readonly object[], members: object = {}): string => batch({ results: list, ...members });
export const progressed = (...list: readonly object[]): string => batch({ progress: list });

export const NO_TASK = { TASK: "NO_TASK" };
export const ACK = { STATUS: "ACK" };
export const query = (user: unknown): object => ({ TASK: "QUERY", USER: user });
export const STATUS_OK = '{"STATUS":"OK","TASK":"QUERY","WORKER_UUID":"w","SALDO":1}';

/** A worker of ours in a session that is up and has nothing to report. */
export function inSession(changes: Partial<WorkerNodeOptions> = {}) {
  const scene = createWorkerScene(changes);
  scene.start();
  scene.opens();
  scene.says(welcome());
  scene.skip();
  return scene;
}

function describe(notice: Notice): string {
  switch (notice.kind) {
    case "worker-connected":
      return `! connected, ${notice.talk}${notice.master === undefined ? "" : ` with ${notice.master}`}`;
    case "worker-disconnected":
      return `! ${notice.isHome ? "" : "borrower "}disconnected: ${notice.reason.code}`;
    case "order-ignored":
      return `! ignored ${notice.word}`;
    case "results-waiting":
      return `! ${notice.results} results wait`;
    case "worker-left":
      return `! left, ${notice.unacknowledged} unacknowledged`;
    case "worker-moved":
      return `! moved to ${formatEndpoint(notice.to)}: ${notice.why}`;
    case "redirect-refused":
      return `! refused ${notice.code}${notice.detail === undefined ? "" : ` (${notice.detail})`}`;
    case "results-forgotten":
      return `! ${notice.results} results forgotten`;
    default:
      return `! ${notice.kind}`;
  }
}
