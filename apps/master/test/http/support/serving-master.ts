import { randomUUID } from "node:crypto";
import {
  createMasterNode,
  type MasterNodeOptions,
  type Notice,
  parseMasterOptions,
  toMasterOptions,
  toTransportLimits,
} from "@mutirao/node-core";
import { createMasterHost, openJournal, wakeGranularityMs } from "@mutirao/node-runtime";
import { createPrng, type Endpoint, nodeId, seconds } from "@mutirao/primitives";
import { createMemoryTaskStore, type TaskStore } from "@mutirao/task-store";
import { createTcpTransport } from "@mutirao/transport-tcp";
import { pino } from "pino";
import { test as base } from "vitest";
import type { HttpLimits } from "../../../src/http/http-limits.ts";
import { createHttpServer } from "../../../src/http/http-server.ts";
import type { MasterAccess, Readiness } from "../../../src/master-access.ts";
import { createRunningMaster } from "../../../src/running-master.ts";

/** A real master in this process, over real sockets, with its HTTP API. */
export interface ServingMaster {
  readonly access: MasterAccess;
  /** Where workers connect. */
  readonly at: Endpoint;
  readonly http: Endpoint;
  readonly url: string;
  /** What the server has logged, one JSON text per line. */
  readonly logged: readonly string[];
  /** Sends a request to a path, as JSON if there is a body. */
  ask(method: string, path: string, body?: unknown): Promise<Response>;
  /** Tells everybody who listens, as the master would. */
  tell(notice: Notice): void;
  setReadiness(readiness: Readiness): void;
  /** How often a drain that was asked for came to its end. */
  readonly drains: () => number;
  /** Closes the HTTP server; the master goes on. */
  closeHttp(): Promise<void>;
}

export interface ServingMasterOptions {
  readonly limits?: Partial<HttpLimits>;
  readonly master?: Partial<MasterNodeOptions>;
  readonly store?: TaskStore;
  readonly orderToken?: string;
  readonly host?: string;
  readonly id?: string;
}

export type ServeMaster = (options?: ServingMasterOptions) => Promise<ServingMaster>;

/** A test with masters at hand, all of which are gone when it is over. */
export const test = base.extend("serve", async ({ signal: _signal }, { onCleanup }): Promise<ServeMaster> => {
  const stops: (() => Promise<void>)[] = [];
  onCleanup(async () => {
    await Promise.all(stops.map((stop) => stop()));
  });
  return async (options = {}) => {
    const { master, stop } = await start(options);
    stops.push(stop);
    return master;
  };
});

async function start(options: ServingMasterOptions) {
  const parsed = parseMasterOptions({ port: "0" });
  if (!("values" in parsed)) throw new Error(parsed.message);
  const { values } = parsed;
  const id = nodeId(options.id ?? "master-a");
  const core = createMasterNode(
    id,
    { ...toMasterOptions(values, "class"), ...options.master },
    createPrng(randomUUID()),
  );
  const store = options.store ?? createMemoryTaskStore();
  const journal = await openJournal({ directory: undefined });
  const listeners = new Set<(notice: Notice) => void>([journal.note]);
  const tell = (notice: Notice): void => {
    for (const listener of listeners) listener(notice);
  };
  const host = createMasterHost({
    core,
    store,
    createTransport: (handler) =>
      createTcpTransport({ limits: toTransportLimits(values), localHost: undefined }, handler),
    onNotice: tell,
    wakeGranularityMs: wakeGranularityMs(values.intervalMs),
    directory: ".",
    onStoreFailed: () => {},
  });
  let drains = 0;
  const access = createRunningMaster({
    ...{ id, core, host, store, listeners, journal, mistakes: { counts: new Map() }, drainMs: seconds(20) },
    lending: options.master?.lending ?? values.lending,
    onDrained: () => drains++,
  });
  const at = await host.start({ host: "127.0.0.1", port: 0 });
  const logged: string[] = [];
  const logger = pino({ level: "trace" }, { write: (line) => void logged.push(line) });
  const server = createHttpServer({
    master: access,
    logger,
    orderToken: options.orderToken,
    ...(options.limits && { limits: options.limits }),
  });
  const http = await server.listen({ host: options.host ?? "127.0.0.1", port: 0 });
  access.setReadiness("ready");
  const url = `http://${http.host.includes(":") ? `[${http.host}]` : http.host}:${http.port}`;
  const closeHttp = (): Promise<void> => server.close();
  const master: ServingMaster = {
    access,
    at,
    http,
    url,
    logged,
    tell,
    closeHttp,
    drains: () => drains,
    setReadiness: access.setReadiness,
    ask: (method, path, body) =>
      fetch(`${url}${path}`, {
        method,
        ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
      }),
  };
  return {
    master,
    async stop() {
      await closeHttp();
      await host.stop();
    },
  };
}
