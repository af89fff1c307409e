import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createDemoProcess, type DemoProcess } from "./demo-process.ts";
import { createField, type Field } from "./field.ts";
import { freePorts } from "./free-ports.ts";

export const INTERVAL_S = 0.5;
export const TIMEOUT_S = 2;

/** A master with the three workers that are its own. */
export interface House extends Field {
  readonly name: string;
  /** Where it listens, `host:port`: what its peers know of it. */
  readonly address: string;
  /** Where its operator looks, `host:port`. */
  readonly http: string;
  readonly master: DemoProcess;
  readonly workers: ReadonlyMap<string, DemoProcess>;
}

/** Three masters that are each other's peers, nine workers, and a monitor that all three report to. */
export interface Town {
  readonly houses: readonly [House, House, House];
  readonly monitor: DemoProcess;
  /** Where the monitor's page and API are: `host:port`. */
  readonly http: string;
  /** Everything stops. Resolves with the exit codes. */
  stop(): Promise<readonly (number | null)[]>;
}

interface Site {
  readonly name: string;
  readonly address: string;
  readonly flags: readonly string[];
  readonly http: string;
  readonly workers: readonly string[];
}

const families = [
  { name: "ana", workers: ["abel", "alice", "amaro"] },
  { name: "bia", workers: ["benta", "breno", "bruna"] },
  { name: "caio", workers: ["cacau", "celia", "ciro"] },
];

const masterMain = fileURLToPath(import.meta.resolve("master/main"));
const workerMain = fileURLToPath(import.meta.resolve("worker/main"));
const monitorMain = fileURLToPath(import.meta.resolve("load-monitor/main"));
const handlers = fileURLToPath(new URL("harvest.ts", import.meta.url));

export async function createTown(): Promise<Town> {
  const folder = await mkdtemp(join(tmpdir(), "mutirao-demo-"));
  const [listen = 0, page = 0, ...ports] = await freePorts(2 + 3 * families.length);
  const [listening, http] = [`127.0.0.1:${listen}`, `127.0.0.1:${page}`];
  const monitor = createDemoProcess({
    name: "the monitor",
    main: monitorMain,
    flags: ["--listen", listening, "--http", http, "--history", "off"],
    readyEvent: "http-listening",
  });
  const sites = families.map(({ name, workers }, index): Site => {
    const [port = 0, pushPort = 0, own = 0] = ports.slice(3 * index);
    const at = `127.0.0.1:${own}`;
    const places = ["--port", `${port}`, "--push-port", `${pushPort}`, "--http", at, "--data-dir", join(folder, name)];
    const beats = ["--interval", `${INTERVAL_S}`, "--timeout", `${TIMEOUT_S}`];
    const reports = ["--monitor", listening, "--monitor-interval", "0.5"];
    return {
      name,
      workers,
      address: `127.0.0.1:${port}`,
      http: at,
      flags: ["--id", name, ...places, ...beats, ...reports],
    };
  });
  const leaving = new AbortController();
  const houses = sites.map((site) => createHouse(site, sites, leaving.signal)) as unknown as Town["houses"];
  return {
    houses,
    monitor,
    http,
    async stop() {
      leaving.abort();
      const workers = houses.flatMap((house) => [...house.workers.values()]);
      const exitCodes = await Promise.all([...workers, ...houses.map(({ master }) => master)].map((one) => one.stop()));
      exitCodes.push(await monitor.stop());
      await rm(folder, { recursive: true, force: true });
      return exitCodes;
    },
  };
}

function createHouse(
  { name, address, flags, http, workers }: Site,
  sites: readonly Site[],
  leaving: AbortSignal,
): House {
  const peers = sites.filter((site) => site.name !== name).flatMap((site) => ["--peer", site.address]);
  const at = ["--master", address, "--handlers", handlers];
  const createWorker = (id: string) =>
    createDemoProcess({ name: id, main: workerMain, flags: [...at, "--id", id], readyEvent: "worker-connected" });
  return {
    name,
    address,
    http,
    master: createDemoProcess({ name, main: masterMain, flags: [...flags, ...peers], readyEvent: "http-listening" }),
    workers: new Map(workers.map((id) => [id, createWorker(id)])),
    ...createField(name, http, leaving),
  };
}
