import { createMonitorModel, type MonitorModel } from "@mutirao/monitor-model";
import type { MonitorSnapshot } from "@mutirao/operator-api/monitor";
import { type Endpoint, formatEndpoint } from "@mutirao/primitives";
import type { TransportLimits } from "@mutirao/transport";
import { pino } from "pino";
import { test as base } from "vitest";
import type { Feed } from "../../src/feed.ts";
import { createFollowers } from "../../src/follow/followers.ts";
import type { History } from "../../src/history/history.ts";
import { createMonitorServer, type MonitorServerOptions } from "../../src/http/monitor-server.ts";
import { readPage } from "../../src/http/static-page.ts";
import { createLiveFeed } from "../../src/live-feed.ts";
import { createReportPort, reportLimits } from "../../src/report-port.ts";

/** A monitor in this process, over real sockets. */
export interface ServingMonitor {
  readonly model: MonitorModel;
  /** Where reports are taken. */
  readonly at: Endpoint;
  readonly url: string;
  readonly feed: Feed;
  get(path: string): Promise<Response>;
  snapshot(): Promise<MonitorSnapshot>;
  /** What the server has logged, one JSON text per line. */
  readonly logged: readonly string[];
}

export interface ServingOptions {
  readonly mastersMax?: number;
  readonly transport?: Partial<TransportLimits>;
  readonly server?: MonitorServerOptions["limits"];
  readonly history?: History;
  readonly pageFolder?: string;
  readonly follow?: boolean;
  /** Instead of what happens now. */
  readonly feed?: Feed;
}

export type ServeMonitor = (options?: ServingOptions) => Promise<ServingMonitor>;

/** A test with monitors at hand, all of which are gone when it is over. */
export const test = base.extend("serve", async ({ signal: _signal }, { onCleanup }): Promise<ServeMonitor> => {
  const stops: (() => Promise<void>)[] = [];
  onCleanup(async () => {
    for (const stop of stops) await stop();
  });
  return async (options = {}) => {
    const { monitor, stop } = await start(options);
    stops.push(stop);
    return monitor;
  };
});

async function start(options: ServingOptions) {
  const { mastersMax = 100, history, pageFolder = "/nowhere/at/all" } = options;
  const model = createMonitorModel({ mastersMax, workersMax: 1_000, loansMax: 100 });
  const startedAt = new Date().toISOString();
  const off = { state: "off", why: null } as const;
  const shell = { version: "1", startedAt, listening: null, webhook: null };
  const feed = options.feed ?? createLiveFeed({ model, status: () => ({ ...shell, history: history?.state ?? off }) });
  if (history !== undefined) feed.onDelta(history.onDelta);
  const followers = options.follow === true ? createFollowers(model) : undefined;
  if (followers !== undefined) feed.onDelta(followers.onDelta);
  const port = createReportPort(model, { ...reportLimits, ...options.transport });
  const at = await port.listen({ host: "127.0.0.1", port: 0 });
  const logged: string[] = [];
  const logger = pino({ level: "trace" }, { write: (line) => void logged.push(line) });
  const limits = options.server ?? {};
  const server = createMonitorServer({ feed, history, page: readPage(pageFolder), logger, limits });
  const url = `http://${formatEndpoint(await server.listen({ host: "127.0.0.1", port: 0 }))}`;
  const get = (path: string): Promise<Response> => fetch(`${url}${path}`);
  const monitor: ServingMonitor = {
    ...{ model, at, url, feed, get, logged },
    snapshot: async () => (await (await get("/api/snapshot")).json()) as MonitorSnapshot,
  };
  return {
    monitor,
    async stop() {
      await server.close();
      await port.stop();
      followers?.stop();
      feed.stop();
      await history?.close();
    },
  };
}
