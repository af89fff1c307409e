import { createPrng, instantMs, jsonText, nodeId, type TaskId } from "@mutirao/primitives";
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
import { createTownNetwork, endpointOf, newResident, type Resident } from "./town-network.ts";
import { workerTestOptions } from "./worker-scene.ts";

export { endpointOf, type Saying } from "./town-network.ts";

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

/**
 * Masters and workers in one process, on a network without latency whose every line a test can read, drop, hold back or
 * say again; disks that keep what was committed; and a clock that only goes when it is told to. Tasks run until the test
 * lets them finish.
 */
export function createTown() {
  const network = createTownNetwork((name) => whoIsDue().includes(name));
  const { residents, said, down, settle: drain } = network;
  const masters = new Map<string, MasterResident>();
  const workers = new Map<string, WorkerResident>();
  const notices: { readonly who: string; readonly notice: Notice }[] = [];
  let nowMs = 0;
  let requests = 0;

  const performCommon = (who: Resident, effect: MasterEffect | WorkerEffect): void => {
    if (effect.type === "notify") notices.push({ who: who.name, notice: effect.notice });
    else network.perform(who, effect);
  };
  const keep = (master: MasterResident, effect: MasterEffect & { type: "store" }): void => {
    const { life } = master;
    network.later(() => {
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

  const wakeAll = (): void => {
    for (const resident of residents.values()) if (resident.isUp) resident.handle({ type: "wake" });
  };
  const whoIsDue = (): readonly string[] =>
    [...masters.values(), ...workers.values()]
      .filter(({ isUp, node }) => isUp && (node.nextDeadline() ?? Number.POSITIVE_INFINITY) <= nowMs)
      .map(({ name }) => name);
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
        ...newResident(name, at),
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
    /** A worker of a master's. */
    worker(name: string, home: string, changes: Partial<WorkerNodeOptions> = {}) {
      const resident: WorkerResident = {
        ...newResident(name, undefined),
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
        network.later(() => {
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
    /** Lets time pass, everybody being woken when he wants to be. */
    passTo(atS: number) {
      drain();
      for (let inVain = 0; ; ) {
        const deadline = nextDeadline();
        if (deadline === undefined || deadline > atS * 1_000) break;
        inVain = deadline > nowMs ? 0 : inVain + 1;
        if (inVain > 1_000)
          throw new Error(`somebody wants to be woken at ${deadline} again and again: ${whoIsDue().join(", ")}`);
        nowMs = Math.max(nowMs, deadline);
        wakeAll();
        drain();
      }
      nowMs = atS * 1_000;
    },
    now: () => nowMs / 1_000,
    ...network.tools,
  };
}
