/**
 * The core: everything that a node decides, as machines and policies without a clock, a socket or a log. Events go in,
 * effects come out; node-runtime performs them on a real machine, the simulator on a virtual one.
 */
export type { Core } from "./core.ts";
export type { Close, Dial, Effect, Identify, Notify, Send } from "./effects.ts";
export type { ConnClosed, ConnOpened, Event, LineRefused, MessageReceived, Started, Wake } from "./events.ts";
export { createHeartbeatNode, type HeartbeatNode } from "./heartbeat-node.ts";
export { beatErrors, type Notice } from "./notices.ts";
export { type HeartbeatNodeOptions, heartbeatOptions } from "./options/heartbeat-options.ts";
export { choiceOption, type OptionMeta, type OptionSchema, switchOption } from "./options/option.ts";
export {
  type HeartbeatOptionValues,
  parseHeartbeatOptions,
  toNodeOptions,
  toTransportLimits,
} from "./options/parse-heartbeat-options.ts";
export {
  flagName,
  type OptionProblem,
  type OptionValues,
  optionErrors,
  readOptions,
  type TypedOptions,
} from "./options/parse-options.ts";
export { type EffectTools, performEffect } from "./perform-effect.ts";
export { createTransportEvents } from "./transport-events.ts";
