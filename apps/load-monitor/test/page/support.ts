import type {
  MonitorDelta,
  MonitoredLoan,
  MonitoredMaster,
  MonitoredNotice,
  MonitoredWorker,
  MonitorSnapshot,
  MonitorStatus,
} from "@mutirao/operator-api/monitor";

export const at = (second: number): string => new Date(1_795_000_000_000 + 1_000 * second).toISOString();

export const status: MonitorStatus = {
  ...{ version: "0.1.0", startedAt: at(0), now: at(10), listening: "127.0.0.1:9190", isCutOff: false },
  ...{ lastReportAt: at(10), reports: 1, violations: 0, dropped: 0, mastersRefused: 0, replay: null, webhook: null },
  history: { state: "on", why: null },
};

const machine: MonitoredMaster["machine"] = {
  ...{ uptimeS: null, loadAverage1m: null, loadAverage5m: null, cpuPercent: null, cpusLogical: null },
  ...{ cpusPhysical: null, memoryTotalMb: null, memoryAvailableMb: null, memoryPercent: null, memoryUsedMb: null },
  ...{ diskTotalGb: null, diskFreeGb: null, diskPercent: null },
};

export const master = (id: string, fields: Partial<MonitoredMaster> = {}): MonitoredMaster => ({
  ...{ id, source: "127.0.0.1", isOurs: true, http: null, isFollowed: false, freshness: "fresh", heardAt: at(10) },
  ...{ intervalMs: 10_000, reports: 1, clockSkewMs: 0, state: "NORMAL", causes: [], since: null, isInferred: false },
  ...{ backlog: 0, backlogHigh: 10, backlogLow: 4, running: 0, slots: 4, busySlots: 0, estimatedWaitMs: 0 },
  ...{ oldestWaitMs: 0, waitHighMs: null, waitLowMs: null, waitP50Ms: null, waitP99Ms: null, throughputPerS: 0 },
  ...{ arrivalsPerS: 0, serviceMs: null, machine, peers: [], peersLeftOut: 0 },
  workers: { total: 3, alive: 3, idle: 3, owned: 3, lent: 0, borrowed: 0, failed: 0, utilization: 0 },
  ...fields,
});

export const worker = (id: string, owner: string, fields: Partial<MonitoredWorker> = {}): MonitoredWorker => ({
  ...{ key: JSON.stringify([owner, id]), id, owner, master: owner, status: "ALIVE", slots: 1, busy: 0 },
  ...{ since: at(0), saidBy: [] },
  ...fields,
});

export const loan = (fields: Partial<MonitoredLoan> = {}): MonitoredLoan => ({
  ...{ key: "l", id: "l", worker: "w1", lender: "b", borrower: "a", state: "here", endsAt: at(60), since: at(5) },
  ...{ saidBy: ["a", "b"] },
  ...fields,
});

export const notice = (n: number, fields: Partial<MonitoredNotice> = {}): MonitoredNotice => ({
  ...{ n, at: at(n), master: "a", kind: "load-changed", severity: "info", data: {} },
  ...fields,
});

const nothing = { masters: [], workers: [], loans: [], notices: [], exchanges: [], alarms: [], sources: [] };

export const snapshot = (parts: Partial<MonitorSnapshot> = {}): MonitorSnapshot => ({ status, ...nothing, ...parts });

export const delta = (parts: Partial<MonitorDelta> = {}): MonitorDelta => ({
  ...snapshot(),
  gone: { masters: [], workers: [], loans: [], alarms: [] },
  ...parts,
});
