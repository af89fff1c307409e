/**
 * The wire: how lines are framed, what they say, and what is wrong with them. Everything that other teams' nodes can
 * see of us is decided here, and its spelling goes no further: the rest of the house knows `Message`s only. It is pure
 * (bytes and text in, values out) and knows no socket.
 */
export { type Decoded, decodeLine, decodeLineWith, encodeMessage, type LineMemory } from "./codec.ts";
export { type LineErrorCode, type LineViolation, lineErrors } from "./errors.ts";
export { createLineDecoder, type LineDecoder, type LineDecoderViolation } from "./line-decoder.ts";
export type {
  HeartbeatDialect,
  HeartbeatReply,
  HeartbeatRequest,
  Message,
  SendableMessage,
  UnknownMessage,
  WorkerHeartbeat,
} from "./messages.ts";
export { asciiJson, printable } from "./printable.ts";
export { taskSpecs } from "./tasks/index.ts";
export type { TaskSpec, WireExample } from "./tasks/task-spec.ts";
