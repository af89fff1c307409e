/**
 * The load monitor's HTTP API as data: what it tells of masters, workers, loans, notices and alarms, its routes, and the
 * OpenAPI document made of them. The monitor serves it, its page and `node-cli check` read it.
 */
export { monitorDocument } from "./document.ts";
export {
  type Difference,
  differenceSchema,
  type HistoryColumn,
  historyColumns,
  type MasterHistory,
  masterHistorySchema,
} from "./history.ts";
export { monitorLimits } from "./limits.ts";
export {
  type Machine,
  type MonitoredMaster,
  monitoredMasterSchema,
  type SeenPeer,
  type WorkerCounts,
} from "./master.ts";
export {
  type Alarm,
  type AlarmKind,
  alarmKinds,
  alarmListSchema,
  type Exchange,
  type MonitoredNotice,
} from "./notice.ts";
export {
  differenceQuerySchema,
  historyQuerySchema,
  type MonitorOperation,
  monitorRoutes,
  noticeQuerySchema,
} from "./routes.ts";
export { type MonitorDelta, type MonitorSnapshot, monitorDeltaSchema, monitorSnapshotSchema } from "./snapshot.ts";
export { type MonitorStatus, monitorStatusSchema, type ReportSource } from "./status.ts";
export type { MonitoredLoan, MonitoredWorker } from "./worker.ts";
