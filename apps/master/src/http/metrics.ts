import { addCount, addGauge, addGaugeByWord, countAnswers } from "@mutirao/http-server";
import type { LoadState, LoadView, WorkerView } from "@mutirao/node-core";
import { Counter, collectDefaultMetrics, Registry } from "prom-client";
import type { MasterAccess, PeerView } from "../master-access.ts";
import type { HttpLimits } from "./http-limits.ts";
import { addLending } from "./lending-metrics.ts";

/** What the server itself is doing. */
export interface ServerFigures {
  readonly eventClients: number;
  readonly eventClientsDropped: number;
  readonly waits: number;
  readonly batches: number;
  readonly connectionsDropped: number;
}

/** The figures for Prometheus. */
export interface Metrics {
  readonly contentType: string;
  text(): Promise<string>;
  /** Counts an answer. */
  answered(method: string, status: number): void;
  close(): void;
}

const loadStates: readonly LoadState[] = ["NORMAL", "SATURATED", "STALLED"];
const workerStatuses: readonly WorkerView["status"][] = ["ALIVE", "AWAY", "LENT", "TIMEOUT"];
const peerStatuses: readonly PeerView["status"][] = ["NEVER_SEEN", "ALIVE", "TIMEOUT"];

/** The registry is the server's own: the one that prom-client shares would count the masters of a whole process as one. */
export function createMetrics(master: MasterAccess, limits: HttpLimits, figures: () => ServerFigures): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 20 });
  const answered = countAnswers(registry);
  const stops = [addNotices(registry, master), addLending(registry, master)];
  // Ten figures are of the load, which takes a look at every worker to find out: one look serves them all.
  let load: LoadView | undefined;
  addLoad(registry, () => {
    load ??= master.load();
    return load;
  });
  addNeighbourhood(registry, master);
  addServer(registry, limits, figures);
  addMistakes(registry, master);
  return {
    contentType: registry.contentType,
    text() {
      load = undefined;
      return registry.metrics();
    },
    answered,
    close() {
      for (const stop of stops) stop();
      registry.clear();
    },
  };
}

/** Counts by hand between two looks: a busy master tells of the end of every task. */
function addNotices(registry: Registry, master: MasterAccess): () => void {
  const counts = new Map<string, number>();
  new Counter({
    name: "mutirao_notices_total",
    help: "What the master had to tell, by kind; /events tells each of them.",
    labelNames: ["kind"],
    registers: [registry],
    collect() {
      this.reset();
      for (const [kind, count] of counts) this.inc({ kind }, count);
    },
  });
  return master.onNotice(({ kind }) => void counts.set(kind, (counts.get(kind) ?? 0) + 1));
}

function addMistakes(registry: Registry, { mistakes }: MasterAccess): void {
  new Counter({
    name: "mutirao_mistakes_total",
    help: "Mistakes of ours that cost one line or one listener, and nothing else; the log has the first of each kind.",
    labelNames: ["where"],
    registers: [registry],
    collect() {
      this.reset();
      for (const [where, count] of mistakes.counts) this.inc({ where }, count);
    },
  });
}

function addLoad(registry: Registry, load: () => LoadView): void {
  const seconds = (ms: number | undefined): number | undefined => (ms === undefined ? undefined : ms / 1_000);
  const gauge = (name: string, help: string, measure: () => number | undefined): void =>
    addGauge(registry, name, help, measure);
  gauge("backlog_tasks", "Tasks that wait.", () => load().backlog);
  gauge("running_tasks", "Tasks that workers have.", () => load().running);
  gauge("slots", "Tasks that the farm can run at once.", () => load().slots);
  gauge("busy_slots", "Slots that run a task.", () => load().busySlots);
  gauge("idle_workers", "Workers that run nothing.", () => load().idleWorkers);
  gauge("estimated_wait_seconds", "Backlog times mean service time by slots; absent while there is no worker.", () =>
    seconds(load().estimatedWaitMs),
  );
  gauge("oldest_wait_seconds", "How long the task that waits longest has been waiting.", () =>
    seconds(load().oldestWaitMs),
  );
  gauge("service_time_seconds", "What a task takes on average.", () => seconds(load().serviceMs));
  gauge("arrivals_per_second", "Tasks that come in.", () => load().arrivalsPerS);
  const state = { name: "load_state", help: "1 for the state of the load, 0 for the others.", label: "state" };
  addGaugeByWord(registry, state, () => {
    const { state: current } = load();
    return loadStates.map((word) => [word, word === current ? 1 : 0] as const);
  });
}

function addNeighbourhood(registry: Registry, master: MasterAccess): void {
  const workers = { name: "workers", help: "Workers, by status.", label: "status" };
  addGaugeByWord(registry, workers, () => countByStatus(workerStatuses, master.workers()));
  const peers = { name: "peers", help: "Peers, by status.", label: "status" };
  addGaugeByWord(registry, peers, () => countByStatus(peerStatuses, master.peers()));
}

function countByStatus<Status extends string>(
  statuses: readonly Status[],
  items: readonly { readonly status: Status }[],
): readonly (readonly [Status, number])[] {
  return statuses.map((status) => [status, items.filter((item) => item.status === status).length]);
}

function addServer(registry: Registry, limits: HttpLimits, figures: () => ServerFigures): void {
  addGauge(registry, "http_event_clients", "Clients of /events.", () => figures().eventClients);
  addGauge(registry, "http_waits", "Requests that wait for the end of a task.", () => figures().waits);
  addGauge(registry, "http_batches", "Batches that are being read.", () => figures().batches);
  addCount(
    registry,
    "http_event_clients_dropped",
    "Clients of /events that were dropped: they did not read.",
    () => figures().eventClientsDropped,
  );
  addCount(
    registry,
    "http_connections_dropped",
    "Connections that came above the limit.",
    () => figures().connectionsDropped,
  );
  const limit = { name: "http_limit", help: "The limits of the HTTP server.", label: "limit" };
  addGaugeByWord(registry, limit, () => Object.entries(limits));
}
