import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Task } from "@mutirao/operator-api";
import { freePort, ownLoopbackHost, type Processes, type RunningProcess } from "@mutirao/process-tests";
import { runMaster } from "./master-command.ts";
import { type Operator, operatorOf } from "./operator.ts";
import type { Place } from "./places.ts";
import { until } from "./until.ts";
import { startWorker, type WorkerUnderTest } from "./worker-under-test.ts";

/** Masters that name each other as peers, each with workers of its own. */
export interface Town {
  readonly houses: readonly [House, ...House[]];
  /** Where handlers note what they did. */
  readonly ran: string;
  /** Counting tasks, each of which takes so long. Gives their ids once they are accepted. */
  burst(at: House, count: number, eachMs: number): Promise<readonly string[]>;
  /** The tasks, once all have ended. */
  ended(at: House, ids: readonly string[]): Promise<readonly Task[]>;
  /** Every worker serves its own master, has nothing to do, and nobody has a guest. */
  home(...houses: readonly House[]): Promise<void>;
  /** Every master hears of all others. */
  met(): Promise<void>;
  /** How often the handlers did each number, by their own count. */
  executions(): ReadonlyMap<number, number>;
}

/** A master and its workers. */
export interface House {
  readonly id: string;
  readonly place: Place;
  readonly operator: Operator;
  /** The process that runs there now. */
  master: RunningProcess;
  readonly workers: Map<string, WorkerUnderTest>;
  /** Starts the master anew, with what the last one left. */
  restart(): Promise<void>;
  /** Starts a worker of this house. */
  hire(id: string): WorkerUnderTest;
}

/** Where a house stands. */
export interface Site {
  readonly place: Place;
  readonly processes: Processes;
}

export interface TownPlan {
  readonly masters: number;
  readonly workersEach: number;
  /** Where they are; on loopback, each with an address of its own and all with one port, if nothing is said. */
  readonly sites?: readonly Site[];
  readonly flags?: readonly string[];
}

/** Resolves when every worker is at home and every master knows its peers. */
export async function startTown(processes: Processes, plan: TownPlan): Promise<Town> {
  const folder = await processes.newFolder();
  const ran = join(folder, "ran");
  mkdirSync(ran);
  const sites = plan.sites ?? (await sitesOnManyAddresses(processes, plan.masters));
  const places = sites.map(({ place }) => place);
  const houses = await Promise.all(
    sites.map((site, index) => build({ ...site, places, folder, id: `m${index + 1}` }, plan)),
  );
  const [first, ...others] = houses;
  if (first === undefined) throw new RangeError("a town has at least one master");
  let numbers = 0;
  const town: Town = {
    houses: [first, ...others],
    ran,
    async burst({ operator }, count, eachMs) {
      const orders = Array.from({ length: count }, () => ({
        type: "count",
        payload: { n: ++numbers, ms: eachMs, folder: ran },
      }));
      const answers = await operator.submitAll(orders);
      return answers.map((answer) => String("id" in answer ? answer.id : undefined));
    },
    ended: ({ operator }, ids) => allEnded(operator, ids),
    home: (...these) => untilHome(these.length === 0 ? houses : these),
    met: async () => void (await Promise.all(houses.map(({ operator }) => untilMet(operator, plan.masters - 1)))),
    executions: () => executionsIn(ran),
  };
  await town.home();
  await town.met();
  return town;
}

/** Told apart by their ports. */
export async function sitesOnOneAddress(processes: Processes, count: number): Promise<readonly Site[]> {
  const host = ownLoopbackHost();
  const site = async (): Promise<Site> => ({ place: await placeAt(host, await freePort(host)), processes });
  return Promise.all(Array.from({ length: count }, site));
}

async function sitesOnManyAddresses(processes: Processes, count: number): Promise<readonly Site[]> {
  const hosts = Array.from({ length: count }, ownLoopbackHost);
  const port = await freePort(hosts[0] ?? "127.0.0.1");
  return Promise.all(hosts.map(async (host) => ({ place: await placeAt(host, port), processes })));
}

async function placeAt(host: string, port: number): Promise<Place> {
  const [push, http] = [await freePort(host), await freePort(host)];
  const flags = ["--host", host, "--port", `${port}`, "--push-port", `${push}`, "--http", `${host}:${http}`];
  return { host, port, address: `${host}:${port}`, http: `${host}:${http}`, flags };
}

interface Plot extends Site {
  readonly id: string;
  readonly places: readonly Place[];
  readonly folder: string;
}

async function build({ id, place, processes, places, folder }: Plot, plan: TownPlan): Promise<House> {
  const peers = places.filter((other) => other !== place).flatMap(({ address }) => ["--peer", address]);
  const args = [...place.flags, "--id", id, "--data-dir", join(folder, id), "--interval", "0.2", "--timeout", "1"];
  const start = async (): Promise<RunningProcess> => {
    const master = runMaster(processes, [...args, ...peers, ...(plan.flags ?? [])]);
    await master.stderr.find("that it listens", (line) => line.includes('"http-listening"') || undefined);
    return master;
  };
  const house: House = {
    id,
    place,
    operator: operatorOf(place.flags),
    master: await start(),
    workers: new Map(),
    async restart() {
      await house.master.kill();
      house.master = await start();
    },
    hire(worker) {
      const running = startWorker(processes, place.address, "counting", "--id", worker, "--processes", "1");
      house.workers.set(worker, running);
      return running;
    },
  };
  for (let index = 1; index <= plan.workersEach; index++) house.hire(`${id}-w${index}`);
  return house;
}

/** So many are waited for at once: a master takes only so many connections. */
const WAITS = 16;

async function allEnded(operator: Operator, ids: readonly string[]): Promise<readonly Task[]> {
  const tasks: Task[] = [];
  const rest = ids.values();
  const ask = async (): Promise<void> => {
    for (const id of rest) tasks.push(await operator.ended(id));
  };
  await Promise.all(Array.from({ length: WAITS }, ask));
  return tasks;
}

async function untilMet({ peers }: Operator, count: number): Promise<void> {
  await until(
    "every peer is ALIVE",
    peers,
    (known) => known.filter(({ status }) => status === "ALIVE").length === count,
  );
}

async function untilHome(houses: readonly House[]): Promise<void> {
  await Promise.all(
    houses.map(({ id, operator, workers }) =>
      until(`all workers of ${id} are home, and no others`, operator.workers, (here) => {
        const own = here.filter(
          ({ status, borrowed, running }) => status === "ALIVE" && !borrowed && running.length === 0,
        );
        return own.length === workers.size && here.every(({ borrowed, status }) => !borrowed || status !== "ALIVE");
      }),
    ),
  );
}

function executionsIn(folder: string): ReadonlyMap<number, number> {
  const times = new Map<number, number>();
  for (const file of readdirSync(folder)) {
    for (const line of readFileSync(join(folder, file), "utf8").split("\n").slice(0, -1)) {
      times.set(Number(line), (times.get(Number(line)) ?? 0) + 1);
    }
  }
  return times;
}
