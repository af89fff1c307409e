import { addCount, addGauge, addGaugeByWord, countAnswers, type EventStream } from "@mutirao/http-server";
import { alarmKinds, type MonitoredMaster, type MonitorSnapshot } from "@mutirao/operator-api/monitor";
import { collectDefaultMetrics, Gauge, Registry } from "prom-client";
import type { Feed } from "../feed.ts";

/** The figures for Prometheus. */
export interface MonitorMetrics {
  readonly contentType: string;
  text(): Promise<string>;
  answered(method: string, status: number): void;
  close(): void;
}

const states: readonly MonitoredMaster["state"][] = ["NORMAL", "SATURATED", "STALLED", "UNKNOWN"];

const seconds = (ms: number | null): number | null => (ms === null ? null : ms / 1_000);

/** Of each master, as far as it says so. There are as many masters as the monitor knows at once, and no more. */
const figures: readonly (readonly [string, string, (master: MonitoredMaster, nowMs: number) => number | null])[] = [
  ["up", "1: its last report is no older than two intervals.", ({ freshness }) => (freshness === "fresh" ? 1 : 0)],
  ["report_age_seconds", "Age of its last report.", ({ heardAt }, nowMs) => (nowMs - Date.parse(heardAt)) / 1_000],
  ["reports", "Reports that came since the monitor began.", ({ reports }) => reports],
  ["clock_skew_seconds", "How far its clock is ahead.", ({ clockSkewMs }) => seconds(clockSkewMs)],
  ["backlog_tasks", "Tasks that wait.", ({ backlog }) => backlog],
  ["backlog_high_tasks", "The high watermark.", ({ backlogHigh }) => backlogHigh],
  ["backlog_low_tasks", "The low watermark.", ({ backlogLow }) => backlogLow],
  ["running_tasks", "Tasks that workers have.", ({ running }) => running],
  ["slots", "Tasks that its farm can run at once.", ({ slots }) => slots],
  ["busy_slots", "Slots that run a task.", ({ busySlots }) => busySlots],
  ["estimated_wait_seconds", "The wait that is to be expected.", ({ estimatedWaitMs }) => seconds(estimatedWaitMs)],
  ["wait_p50_seconds", "The median wait of late.", ({ waitP50Ms }) => seconds(waitP50Ms)],
  ["wait_p99_seconds", "The 99th percentile.", ({ waitP99Ms }) => seconds(waitP99Ms)],
  ["throughput_per_second", "Tasks done.", ({ throughputPerS }) => throughputPerS],
  ["workers_alive", "Workers that are there.", ({ workers }) => workers.alive],
  ["workers_idle", "Workers that run nothing.", ({ workers }) => workers.idle],
  ["workers_lent", "Its workers that are elsewhere.", ({ workers }) => workers.lent],
  ["workers_borrowed", "Others' workers that are here.", ({ workers }) => workers.borrowed],
  ["machine_cpu_percent", "How busy its machine is.", ({ machine }) => machine.cpuPercent],
  ["machine_memory_percent", "Memory of its machine that is used.", ({ machine }) => machine.memoryPercent],
];

export function createMonitorMetrics(feed: Feed, events: EventStream): MonitorMetrics {
  const registry = new Registry();
  /** All figures of one look are of one moment; and a snapshot of a large cluster is worth making only once. */
  let shot = feed.snapshot();
  const look = (): MonitorSnapshot => shot;
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 20 });
  const answered = countAnswers(registry);
  for (const [name, help, measure] of figures) addMasterGauge(registry, look, name, help, measure);
  addStates(registry, look);
  const alarms = { name: "monitor_alarms", help: "Alarms that stand, by kind.", label: "kind" };
  addGaugeByWord(registry, alarms, () => {
    const standing = look().alarms.filter(({ clearedAt }) => clearedAt === null);
    return alarmKinds.map((kind) => [kind, standing.filter((alarm) => alarm.kind === kind).length] as const);
  });
  const status = () => look().status;
  addCount(registry, "monitor_reports", "Reports that were taken.", () => status().reports);
  addCount(registry, "monitor_violations", "Lines that were no reports.", () => status().violations);
  addCount(registry, "monitor_dropped", "Reports that came too fast.", () => status().dropped);
  addGauge(registry, "monitor_cut_off", "1: everybody is silent.", () => (status().isCutOff ? 1 : 0));
  addGauge(registry, "monitor_history", "1: what happens is kept.", () => (status().history.state === "on" ? 1 : 0));
  addGauge(registry, "http_event_clients", "Clients of /events.", () => events.clients);
  addCount(registry, "http_event_clients_dropped", "Clients that did not read.", () => events.dropped);
  return {
    contentType: registry.contentType,
    text() {
      shot = feed.snapshot();
      return registry.metrics();
    },
    answered,
    close: () => registry.clear(),
  };
}

function addMasterGauge(
  registry: Registry,
  look: () => MonitorSnapshot,
  name: string,
  help: string,
  measure: (master: MonitoredMaster, nowMs: number) => number | null,
): void {
  new Gauge({
    name: `mutirao_master_${name}`,
    help,
    labelNames: ["master"],
    registers: [registry],
    collect() {
      this.reset();
      const { masters, status } = look();
      const nowMs = Date.parse(status.now);
      for (const master of masters) {
        const value = measure(master, nowMs);
        if (value !== null) this.set({ master: master.id }, value);
      }
    },
  });
}

function addStates(registry: Registry, look: () => MonitorSnapshot): void {
  new Gauge({
    name: "mutirao_master_load_state",
    help: "1 for the state of the load, 0 for the others.",
    labelNames: ["master", "state"],
    registers: [registry],
    collect() {
      this.reset();
      for (const { id, state } of look().masters) {
        for (const word of states) this.set({ master: id, state: word }, word === state ? 1 : 0);
      }
    },
  });
}
