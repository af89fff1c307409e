import {
  acceptedConnId,
  type ConnId,
  createPrng,
  dialledConnId,
  type Endpoint,
  formatEndpoint,
  instantMs,
  jsonText,
  nodeId,
  type TaskId,
} from "@mutirao/primitives";
import { decodeLine, encodeMessage } from "@mutirao/protocol";
import { endOf, type LeaseRecord, type TaskRecord } from "@mutirao/task-store";
import {
  type Answer,
  createMasterNode,
  createWorkerNode,
  type MasterEffect,
  type MasterEvent,
  type MasterNode,
  type MasterNodeOptions,
  type Notice,
  type RunId,
  requestId,
  type WorkerEffect,
  type WorkerEvent,
  type WorkerNode,
  type WorkerNodeOptions,
} from "../../src/index.ts";
import { draft, masterTestOptions } from "./master-scene.ts";
import { workerTestOptions } from "./worker-scene.ts";

type AnyEvent = MasterEvent | WorkerEvent;

interface Conn {
  readonly id: ConnId;
  readonly owner: Resident;
  far: Conn | undefined;
  isOpen: boolean;
}

interface Resident {
  readonly name: string;
  readonly at: Endpoint | undefined;
  life: number;
  isUp: boolean;
  accepted: number;
  handle(event: AnyEvent): void;
  readonly conns: Map<ConnId, Conn>;
}

interface MasterResident extends Resident {
  node: MasterNode;
  readonly answers: Answer[];
  readonly tasks: Map<TaskId, TaskRecord>;
  readonly leases: Map<string, LeaseRecord>;
  readonly done: string[];
}

interface WorkerResident extends Resident {
  node: WorkerNode;
  readonly running: Map<RunId, string>;
}

/** A line on its way: who says it to whom. */
export interface Saying {
  readonly from: string;
  readonly to: string;
  readonly line: string;
}

/**
 * Masters and workers in one process, on a network without latency whose every line a test can read, drop, hold back or
 * say again; disks that keep what was committed; and a clock that only goes when it is told to. Tasks run until the test
 * lets them finish.
 */
export function createTown() {
  const residents = new Map<string, Resident>();
  const masters = new Map<string, MasterResident>();
  const workers = new Map<string, WorkerResident>();
  const queue: (() => void)[] = [];
  const said: Saying[] = [];
  const notices: { readonly who: string; readonly notice: Notice }[] = [];
  const cuts = new Set<string>();
  let filter: (saying: Saying) => "pass" | "drop" | "hold" = () => "pass";
  const held: (() => void)[] = [];
  let nowMs = 0;
  let requests = 0;
  let strangers = 0;

  const isCut = (a: string, b: string): boolean => cuts.has(`${a} ${b}`) || cuts.has(`${b} ${a}`);
  const drain = (): void => {
    for (let steps = 0; queue.length > 0; steps++) {
      if (steps > 100_000) throw new Error("the town never comes to rest");
      queue.shift()?.();
    }
  };
  const hostOf = (resident: Resident): string => resident.at?.host ?? "127.0.9.9";

  const dial = (from: Resident, id: ConnId, to: Endpoint): void => {
    const near: Conn = { id, owner: from, far: undefined, isOpen: true };
    from.conns.set(id, near);
    queue.push(() => {
      const target = [...residents.values()].find(
        ({ at }) => at !== undefined && formatEndpoint(at) === formatEndpoint(to),
      );
      if (!near.isOpen) return;
      if (target === undefined || !target.isUp || isCut(from.name, target.name)) {
        end(near, "ERR_DIAL_REFUSED");
        return;
      }
      const far: Conn = { id: acceptedConnId(target.accepted++), owner: target, far: near, isOpen: true };
      near.far = far;
      target.conns.set(far.id, far);
      const remote = { host: hostOf(from), port: 50_000 };
      target.handle({ type: "conn-opened", conn: far.id, remote, local: to });
      from.handle({ type: "conn-opened", conn: id, remote: to, local: remote });
    });
  };
  const end = (conn: Conn, code: "CONN_ENDED" | "ERR_DIAL_REFUSED"): void => {
    if (!conn.isOpen) return;
    conn.isOpen = false;
    conn.owner.conns.delete(conn.id);
    const { owner } = conn;
    const { life } = owner;
    queue.push(() => {
      if (owner.isUp && owner.life === life) owner.handle({ type: "conn-closed", conn: conn.id, reason: { code } });
    });
  };
  const send = (conn: Conn | undefined, line: string): void => {
    const far = conn?.far;
    if (conn === undefined || far === undefined) return;
    const saying: Saying = { from: conn.owner.name, to: far.owner.name, line };
    const deliver = (): void => {
      if (!far.isOpen || !far.owner.isUp) return;
      const decoded = decodeLine(line);
      const remote = { host: hostOf(conn.owner), port: 50_000 };
      if ("message" in decoded)
        far.owner.handle({ type: "message-received", conn: far.id, remote, message: decoded.message, line });
      else throw new Error(`${saying.from} says what nobody understands: ${line}`);
    };
    const fate = isCut(saying.from, saying.to) ? "drop" : filter(saying);
    if (fate !== "drop") said.push(saying);
    if (fate === "pass") queue.push(deliver);
    if (fate === "hold") held.push(deliver);
  };

  const performCommon = (who: Resident, effect: MasterEffect | WorkerEffect): void => {
    if (effect.type === "dial") dial(who, effect.conn, effect.to);
    else if (effect.type === "send") send(who.conns.get(effect.conn), encodeMessage(effect.message).trimEnd());
    else if (effect.type === "notify") notices.push({ who: who.name, notice: effect.notice });
    else if (effect.type === "close") {
      const conn = who.conns.get(effect.conn);
      if (conn === undefined) return;
      const { far } = conn;
      // What was sent before is read first.
      if (far !== undefined) queue.push(() => end(far, "CONN_ENDED"));
      end(conn, "CONN_ENDED");
    }
  };
  const keep = (master: MasterResident, effect: MasterEffect & { type: "store" }): void => {
    const { life } = master;
    queue.push(() => {
      if (!master.isUp || master.life !== life) return;
      for (const change of effect.changes) {
        if (change.kind === "accepted") master.tasks.set(change.task.id, change.task);
        else if (change.kind === "leased") master.leases.set(change.lease.worker, change.lease);
        else {
          const known = master.tasks.get(change.id);
          if (known === undefined) throw new Error(`${change.id} is not accepted`);
          master.tasks.set(change.id, { ...known, status: change.status });
          if (change.status.state === "done") master.done.push(change.id);
        }
      }
      master.handle({ type: "store-committed", write: effect.write });
    });
  };

  const down = (resident: Resident): void => {
    resident.isUp = false;
    for (const conn of [...resident.conns.values()]) {
      const { far } = conn;
      conn.isOpen = false;
      if (far !== undefined) end(far, "CONN_ENDED");
    }
    resident.conns.clear();
  };

  const wakeAll = (): void => {
    for (const resident of residents.values()) if (resident.isUp) resident.handle({ type: "wake" });
  };
  const whoIsDue = (): string =>
    [...masters.values(), ...workers.values()]
      .filter(({ isUp, node }) => isUp && (node.nextDeadline() ?? Number.POSITIVE_INFINITY) <= nowMs)
      .map(({ name }) => name)
      .join(", ");
  const nextDeadline = (): number | undefined => {
    const due = [...masters.values(), ...workers.values()]
      .filter(({ isUp }) => isUp)
      .flatMap(({ node }) => node.nextDeadline() ?? []);
    return due.length === 0 ? undefined : Math.min(...due);
  };

  const loansOf = (name: string): readonly string[] => {
    const last = new Map<string, string>();
    for (const { who, notice } of notices) {
      if (who !== name || notice.kind !== "loan-changed") continue;
      last.set(`${notice.direction} ${notice.loan}`, `${notice.direction} ${notice.loan} ${notice.to}`);
    }
    return [...last.values()];
  };

  return {
    said,
    notices,
    settle: drain,
    /** A master at `127.0.<n>.1:9101`; its peers by their names, whether they live yet or not. */
    master(name: string, peers: readonly string[], changes: Partial<MasterNodeOptions> = {}) {
      const at = endpointOf(name);
      const options = { ...masterTestOptions, ...changes, peers: peers.map(endpointOf) };
      const create = () => createMasterNode(nodeId(name), options, createPrng(`${name} ${resident.life}`));
      const resident: MasterResident = {
        name,
        at,
        life: 0,
        isUp: true,
        accepted: 0,
        conns: new Map(),
        answers: [],
        tasks: new Map(),
        leases: new Map(),
        done: [],
        node: undefined as unknown as MasterNode,
        handle(event) {
          for (const effect of resident.node.handle(event as MasterEvent, instantMs(nowMs))) {
            if (effect.type === "store") keep(resident, effect);
            else if (effect.type === "answer") resident.answers.push(effect.answer);
            else performCommon(resident, effect);
          }
        },
      };
      const begin = (): void => {
        resident.node = create();
        const unfinished = [...resident.tasks.values()].filter(({ status }) => status.state === "pending");
        const finished = [...resident.tasks.values()].flatMap(({ id, status }) => {
          const end = endOf(status);
          return end === undefined ? [] : [{ id, ...end }];
        });
        const contents = { unfinished, finished, leases: [...resident.leases.values()] };
        resident.handle({ type: "recovered", contents, wallOffsetMs: 1_000_000 });
        resident.handle({ type: "started", listening: at });
      };
      residents.set(name, resident);
      masters.set(name, resident);
      begin();
      drain();
      return Object.assign(resident, {
        restart() {
          down(resident);
          resident.life++;
          resident.isUp = true;
          begin();
          drain();
        },
        crash() {
          down(resident);
          drain();
        },
        submits(...ids: readonly string[]) {
          resident.handle({ type: "submit", request: requestId(requests++), drafts: ids.map((id) => draft(id)) });
          drain();
        },
        /** How each of its loans stands, as it has told. */
        loans: () => loansOf(name),
      });
    },
    /** A master of another team, at the endpoint of this name: answers each line, or does not. It closes nothing. */
    foreign(name: string, answer: (saying: Saying) => string | undefined): Endpoint {
      const at = endpointOf(name);
      const resident: Resident = {
        name,
        at,
        life: 0,
        isUp: true,
        accepted: 0,
        conns: new Map(),
        handle(event) {
          if (event.type !== "message-received") return;
          const heard = said.findLast(({ to }) => to === name);
          const line = heard === undefined ? undefined : answer(heard);
          if (line !== undefined) send(resident.conns.get(event.conn), line);
        },
      };
      residents.set(name, resident);
      return at;
    },
    /** A worker of a master's. */
    worker(name: string, home: string, changes: Partial<WorkerNodeOptions> = {}) {
      const resident: WorkerResident = {
        name,
        at: undefined,
        life: 0,
        isUp: true,
        accepted: 0,
        conns: new Map(),
        running: new Map(),
        node: undefined as unknown as WorkerNode,
        handle(event) {
          for (const effect of resident.node.handle(event as WorkerEvent, instantMs(nowMs))) {
            if (effect.type === "run-task") resident.running.set(effect.run, effect.payload);
            else if (effect.type === "cancel-run") finish(effect.run, "ERR_TASK_CANCELLED");
            else performCommon(resident, effect);
          }
        },
      };
      const finish = (run: RunId, code?: string): void => {
        if (!resident.running.delete(run)) return;
        const outcome =
          code === undefined
            ? { isOk: true as const, output: jsonText('{"SALDO":1}') }
            : { isOk: false as const, code, message: "no" };
        queue.push(() => {
          if (resident.isUp) resident.handle({ type: "run-ended", run, outcome });
        });
      };
      const begin = (): void => {
        const options = {
          ...workerTestOptions,
          master: endpointOf(home),
          boot: `${name}-${resident.life}`,
          ...changes,
        };
        resident.node = createWorkerNode(nodeId(name), options, createPrng(`${name} ${resident.life}`));
        resident.handle({ type: "started", listening: { host: "127.0.9.9", port: 1 } });
      };
      residents.set(name, resident);
      workers.set(name, resident);
      begin();
      drain();
      return Object.assign(resident, {
        /** Every handler that runs comes to its end. */
        finishes(code?: string) {
          for (const run of [...resident.running.keys()]) finish(run, code);
          drain();
        },
        restart() {
          down(resident);
          resident.life++;
          resident.running.clear();
          resident.isUp = true;
          begin();
          drain();
        },
        crash() {
          down(resident);
          resident.running.clear();
          drain();
        },
      });
    },
    cut(a: string, b: string) {
      cuts.add(`${a} ${b}`);
      for (const resident of [residents.get(a), residents.get(b)]) {
        for (const conn of [...(resident?.conns.values() ?? [])]) {
          const { far } = conn;
          const other = far?.owner.name;
          if (far === undefined || (other !== a && other !== b)) continue;
          end(conn, "CONN_ENDED");
          end(far, "CONN_ENDED");
        }
      }
      drain();
    },
    heal(a: string, b: string) {
      cuts.delete(`${a} ${b}`);
    },
    /** What becomes of each line from now on. */
    lines(fate: (saying: Saying) => "pass" | "drop" | "hold") {
      filter = fate;
    },
    /** What was held back arrives now. */
    letGo() {
      queue.push(...held.splice(0));
      drain();
    },
    /** Lets time pass, everybody being woken when he wants to be. */
    passTo(atS: number) {
      drain();
      for (let inVain = 0; ; ) {
        const deadline = nextDeadline();
        if (deadline === undefined || deadline > atS * 1_000) break;
        inVain = deadline > nowMs ? 0 : inVain + 1;
        if (inVain > 1_000) throw new Error(`somebody wants to be woken at ${deadline} again and again: ${whoIsDue()}`);
        nowMs = Math.max(nowMs, deadline);
        wakeAll();
        drain();
      }
      nowMs = atS * 1_000;
    },
    now: () => nowMs / 1_000,
    /** The lines with this word from one to the other. */
    lineCount: (from: string, to: string, word: string) =>
      said.filter((saying) => saying.from === from && saying.to === to && saying.line.includes(`"${word}"`)).length,
    /** A line is said again, on the connection that the two have now. */
    repeats(saying: Saying | undefined, from: string, to: string) {
      const conn = [...(residents.get(from)?.conns.values() ?? [])].find(({ far }) => far?.owner.name === to);
      if (saying === undefined || conn === undefined) throw new Error("there is nothing to repeat, or nowhere");
      send(conn, saying.line);
      drain();
    },
    /**
     * Somebody says one line to a master from this host, on a connection of its own. Gives what is answered.
     */
    forges(to: string, host: string, object: object): readonly string[] {
      const target = residents.get(to);
      const line = JSON.stringify(object);
      const decoded = decodeLine(line);
      if (target === undefined || !("message" in decoded)) throw new Error("the line, or its reader, is none");
      const stranger: Resident = {
        name: "stranger",
        at: undefined,
        life: 0,
        isUp: true,
        accepted: 0,
        conns: new Map(),
        handle: (event) => void (event.type === "conn-closed" && answers.push("(closed)")),
      };
      const answers: string[] = [];
      const near: Conn = { id: dialledConnId(strangers++), owner: stranger, far: undefined, isOpen: true };
      const far: Conn = { id: acceptedConnId(target.accepted++), owner: target, far: near, isOpen: true };
      near.far = far;
      stranger.conns.set(near.id, near);
      target.conns.set(far.id, far);
      const remote = { host, port: 50_001 };
      const from = said.length;
      target.handle({ type: "conn-opened", conn: far.id, remote, local: target.at ?? remote });
      target.handle({ type: "message-received", conn: far.id, remote, message: decoded.message, line });
      drain();
      answers.push(...said.slice(from).flatMap((saying) => (saying.to === "stranger" ? [saying.line] : [])));
      end(far, "CONN_ENDED");
      drain();
      return answers;
    },
  };
}

/** Masters are called `m1`, `m2` and so on, and live at hosts of their own. */
export function endpointOf(name: string): Endpoint {
  return { host: `127.0.${name.slice(1)}.1`, port: 9_101 };
}
