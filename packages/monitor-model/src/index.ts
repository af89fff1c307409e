/**
 * What the load monitor decides: load reports and notices in, views of masters, workers, loans and alarms out. It is
 * pure: time is passed in, every table has a limit, and it knows neither sockets nor HTTP.
 */
export { applyDelta } from "./apply-delta.ts";
export type { ModelParts, MonitorChanges } from "./changes.ts";
export { differenceOf } from "./difference.ts";
export {
  createMonitorModel,
  type HeardNotice,
  type ModelOptions,
  type MonitorModel,
  type Past,
} from "./monitor-model.ts";
export { allowedHttp } from "./policies/allowed-http.ts";
