/**
 * The core: everything that a node decides, as machines and policies without a clock, a socket or a log. Events go in,
 * effects come out; node-runtime performs them on a real machine, the simulator on a virtual one.
 */
export type { Core } from "./core.ts";
export type { Close, Dial, Effect, Identify, Notify, Send } from "./effects.ts";
export type { ConnClosed, ConnOpened, Event, LineRefused, MessageReceived, Started, Wake } from "./events.ts";
export { createHeartbeatNode, type HeartbeatNode } from "./heartbeat-node.ts";
export type { LoanQuery } from "./machines/lending/loan-views.ts";
export {
  type Answer,
  attemptErrors,
  type DraftAnswer,
  type MasterEffect,
  type MasterOwnEffect,
  type OrderErrorCode,
  orderErrors,
  type Refusal,
  type TaskErrorCode,
  taskErrors,
} from "./master-effects.ts";
export {
  type Borrow,
  type DrainMaster,
  type HostFigures,
  type Lend,
  type MasterEvent,
  type MasterOwnEvent,
  type Reclaim,
  type RequestId,
  requestId,
  type TaskDraft,
  type WriteId,
} from "./master-events.ts";
export { createMasterNode, type MasterNode } from "./master-node.ts";
export type {
  LoadState,
  LoadTerm,
  LoadView,
  LoanState,
  LoanView,
  TaskView,
  WorkerStyle,
  WorkerView,
} from "./master-views.ts";
export { beatErrors, type Notice } from "./notices.ts";
export { type HeartbeatNodeOptions, heartbeatOptions } from "./options/heartbeat-options.ts";
export { type MasterNodeOptions, masterDefaults, masterOptions } from "./options/master-options.ts";
export {
  choiceOption,
  countOption,
  endpointSchema,
  type OptionMeta,
  type OptionSchema,
  optionGroups,
  secondsOption,
  switchOption,
} from "./options/option.ts";
export {
  type HeartbeatOptionValues,
  parseHeartbeatOptions,
  toNodeOptions,
  toTransportLimits,
} from "./options/parse-heartbeat-options.ts";
export { type MasterOptionValues, parseMasterOptions, toMasterOptions } from "./options/parse-master-options.ts";
export {
  clash,
  flagName,
  type OptionProblem,
  type OptionValues,
  optionErrors,
  readOptions,
  type TypedOptions,
} from "./options/parse-options.ts";
export { parseWorkerOptions, toWorkerNodeOptions, type WorkerOptionValues } from "./options/parse-worker-options.ts";
export { type WorkerNodeOptions, workerOptions } from "./options/worker-options.ts";
export { type EffectTools, performEffect } from "./perform-effect.ts";
export { wrongHost } from "./policies/redirect-target.ts";
export { createTransportEvents } from "./transport-events.ts";
export type {
  Abandon,
  CancelRun,
  Drain,
  Leave,
  RunEnded,
  RunId,
  RunProgressed,
  RunTask,
  WorkerEffect,
  WorkerEvent,
  WorkerOwnEffect,
  WorkerOwnEvent,
} from "./worker-events.ts";
export { createWorkerNode, type WorkerNode } from "./worker-node.ts";
export {
  type MoveReason,
  masterErrors,
  redirectErrors,
  type WorkerNotice,
  type WorkerTalk,
} from "./worker-notices.ts";
export type { WorkerStatusView } from "./worker-views.ts";
