import {
  acceptedConnId,
  type ConnId,
  createPrng,
  type Endpoint,
  type EpochMs,
  formatEndpoint,
  instantMs,
  jsonText,
  nodeId,
  seconds,
  type TaskId,
  taskId,
} from "@mutirao/primitives";
import { decodeLine, encodeMessage } from "@mutirao/protocol";
import type { StoreContents, StoreErrorCode, TaskRecord } from "@mutirao/task-store";
import {
  type Answer,
  createMasterNode,
  type MasterEffect,
  type MasterEvent,
  type MasterNodeOptions,
  masterDefaults,
  type Notice,
  requestId,
  type TaskDraft,
  type WriteId,
} from "../../src/index.ts";

const listening: Endpoint = { host: "127.0.0.1", port: 9101 };

export const masterTestOptions: MasterNodeOptions = {
  peers: [],
  intervalMs: seconds(2),
  timeoutMs: seconds(10),
  answerMs: seconds(3),
  backOffMaxMs: seconds(30),
  dialsMax: 64,
  firstDialect: "class",
  strangersMax: 64,
  malformedPerConnectionMax: 10,
  malformedPerSourceMax: 100,
  muteMs: seconds(60),
  ...masterDefaults,
};

const NOTHING_KEPT: StoreContents = { unfinished: [], finished: [], leases: [] };

/** Notices that every other line of a transcript would repeat. */
const UNTOLD: ReadonlySet<Notice["kind"]> = new Set(["registry-due", "worker-joined", "line-exchanged"]);

export const draft = (id: string, changes: Partial<TaskDraft> = {}): TaskDraft => ({
  id: taskId(id),
  type: "QUERY",
  payload: jsonText('{"USER":"ana"}'),
  priority: 0,
  timeoutMs: seconds(60),
  maxAttempts: 3,
  ...changes,
});

/**
 * A master under test; workers, submitters and the store are played by the test. What the master does is written down
 * line by line: `2 w1 <- {"TASK":"NO_TASK"}` is a line sent on the connection called w1 after two seconds, and
 * `0 store 1` is a write. Unless a test says otherwise, writes are durable at once.
 */
export function createMasterScene(changes: Partial<MasterNodeOptions> = {}, contents: StoreContents = NOTHING_KEPT) {
  const options = { ...masterTestOptions, ...changes };
  const node = createMasterNode(nodeId("m"), options, createPrng("scene"));
  const told: string[] = [];
  const answers: Answer[] = [];
  const names = new Map<ConnId, string>();
  const taken = new Set<ConnId>();
  const conns = new Map<string, { conn: ConnId; remote: Endpoint }>();
  const writes: { write: WriteId; changes: (MasterEffect & { type: "store" })["changes"] }[] = [];
  const spared = new Set<string>();
  const owed = new Set<string>();
  const allowed = new Map<string, number>();
  const unknownWrites: WriteId[] = [];
  const prunings: EpochMs[] = [];
  let nowMs = 0;
  let accepted = 0;
  let requests = 0;
  let isDiskSlow = false;

  const tell = (text: string): void => void told.push(`${Math.round(nowMs) / 1_000} ${text}`);
  const handle = (event: MasterEvent): void => {
    for (const effect of node.handle(event, instantMs(nowMs))) note(effect);
    while (!isDiskSlow && unknownWrites.length > 0) commit();
  };
  const commit = (): void => {
    const write = unknownWrites.shift();
    if (write === undefined) throw new Error("there is no write to be known of");
    handle({ type: "store-committed", write });
  };
  const note = (effect: MasterEffect): void => {
    switch (effect.type) {
      case "send":
        tell(`${names.get(effect.conn) ?? "?"} <- ${encodeMessage(effect.message).trimEnd()}`);
        break;
      case "close":
        tell(`${names.get(effect.conn) ?? "?"} <- close`);
        break;
      case "dial":
        names.set(effect.conn, formatEndpoint(effect.to));
        tell(`dial ${formatEndpoint(effect.to)}`);
        break;
      case "notify":
        if (!UNTOLD.has(effect.notice.kind)) tell(describe(effect.notice));
        break;
      case "store":
        writes.push(effect);
        unknownWrites.push(effect.write);
        break;
      case "answer":
        answers.push(effect.answer);
        break;
      case "prune":
        tell("prune");
        prunings.push(effect.endedBefore);
        break;
      case "spare":
        if (effect.isSpared) spared.add(names.get(effect.conn) ?? "?");
        else spared.delete(names.get(effect.conn) ?? "?");
        break;
      case "allow":
        allowed.set(names.get(effect.conn) ?? "?", effect.linesPerSecond);
        break;
      case "owe":
        owed.add(names.get(effect.conn) ?? "?");
        break;
      case "identify":
        break;
    }
  };
  const connOf = (name: string): { conn: ConnId; remote: Endpoint } => {
    const found = conns.get(name);
    if (found === undefined) throw new Error(`${name} has no connection`);
    return found;
  };

  const passToMs = (atMs: number): void => {
    for (;;) {
      const deadline = node.nextDeadline();
      if (deadline === undefined || deadline > atMs) break;
      nowMs = Math.max(nowMs, deadline);
      handle({ type: "wake" });
    }
    nowMs = atMs;
  };

  handle({ type: "recovered", contents, wallOffsetMs: 1_000_000 });
  handle({ type: "started", listening });
  return {
    node,
    told,
    answers,
    /** Connections that may be silent for as long as they like. */
    spared,
    /** Connections on which an answer was announced. */
    owed,
    /** Connections that may send more lines per second than others, and how many. */
    allowed,
    writes,
    /** Before which time of day whatever has ended was to be forgotten. */
    prunings,
    handle,
    now: () => instantMs(nowMs),
    slowDisk() {
      isDiskSlow = true;
    },
    commit,
    refuse(code: StoreErrorCode) {
      const write = unknownWrites.shift();
      if (write !== undefined) handle({ type: "store-refused", write, code });
    },
    /** Forgets what was told so far, which a test does not want to repeat. */
    skip: () => void told.splice(0),
    passTo: (atS: number) => passToMs(atS * 1_000),
    /** A stretch in which the process does not run. */
    sleepTo(atS: number) {
      nowMs = atS * 1_000;
    },
    wake: () => handle({ type: "wake" }),
    /** All that has arrived is read, and what was to wait for that is done. */
    settle: () => passToMs(nowMs),
    opens(name: string, { push = false, host = "127.0.0.1" } = {}) {
      const conn = acceptedConnId(accepted++);
      const remote = { host, port: 50_000 + accepted };
      conns.set(name, { conn, remote });
      names.set(conn, name);
      const port = push ? (options.pushPort ?? 0) : listening.port;
      handle({ type: "conn-opened", conn, remote, local: { host: "127.0.0.1", port } });
    },
    says(name: string, ...objects: readonly object[]) {
      const { conn, remote } = connOf(name);
      for (const object of objects) {
        const decoded = decodeLine(JSON.stringify(object));
        if ("message" in decoded) handle({ type: "message-received", conn, remote, message: decoded.message });
        else handle({ type: "line-refused", conn, remote, violation: decoded.violation });
      }
    },
    /** It has finished sending, and an answer is owed to it. */
    finishes: (name: string) => handle({ type: "input-ended", conn: connOf(name).conn }),
    closes(name: string) {
      const { conn } = connOf(name);
      handle({ type: "conn-closed", conn, reason: { code: "CONN_ENDED" } });
    },
    dialled(at: string) {
      const [conn] = [...names].filter(([, name]) => name === at).at(-1) ?? [];
      if (conn !== undefined) handle({ type: "conn-opened", conn, remote: listening, local: listening });
      return conn;
    },
    /** The first call to this address that nobody has taken is taken; `undefined` if there is none. */
    takesCall(at: string) {
      const [conn] = [...names].find(([one, name]) => name === at && !taken.has(one)) ?? [];
      if (conn === undefined) return undefined;
      taken.add(conn);
      handle({ type: "conn-opened", conn, remote: listening, local: listening });
      return conn;
    },
    dialFails(at: string) {
      const [conn] = [...names].filter(([, name]) => name === at).at(-1) ?? [];
      if (conn !== undefined) handle({ type: "conn-closed", conn, reason: { code: "ERR_DIAL_REFUSED" } });
    },
    submits(...drafts: readonly TaskDraft[]) {
      handle({ type: "submit", request: requestId(requests++), drafts });
    },
    cancels: (id: string) => handle({ type: "cancel", request: requestId(requests++), task: taskId(id) }),
    retries: (record: TaskRecord) => handle({ type: "retry", request: requestId(requests++), record }),
    /** The last that was written of a task. */
    kept(id: string) {
      const changes = writes.flatMap((write) => write.changes);
      return changes
        .flatMap((change) => {
          if (change.kind === "leased") return [];
          if (change.kind === "accepted") return change.task.id === id ? [change.task.status] : [];
          return change.id === id ? [change.status] : [];
        })
        .at(-1);
    },
    ids: (): TaskId[] => node.tasks(100).map((task) => task.id),
  };
}

export const hello = (worker: string, changes: object = {}): object => ({
  WORKER: "ALIVE",
  WORKER_UUID: worker,
  EXT: { v: 1, boot: `${worker}-1`, slots: 1, types: ["QUERY"], holding: [], ...changes },
});

export const results = (worker: string, list: readonly object[], changes: object = {}): object => ({
  STATUS: "OK",
  TASK: "QUERY",
  WORKER_UUID: worker,
  EXT: { v: 1, results: list, progress: [], ...changes },
});

export const ok = (id: string, n = 1): object => ({ id, n, ok: true, output: { SALDO: 1 } });
export const nok = (id: string, code: string, n = 1): object => ({ id, n, ok: false, code, message: "no" });

function describe(notice: Notice): string {
  const { kind, ...fields } = notice;
  return `${kind} ${JSON.stringify(fields)}`;
}
