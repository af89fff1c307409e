/**
 * The transport port: what a node asks of whatever carries its lines, and what it is told. A transport moves lines
 * and enforces limits; it knows no TASK, no peer and no worker. Every implementation passes the suite in
 * `./conformance`, the simulated one included: a fake that is kinder than TCP hides bugs.
 */
export { type CloseReason, transportErrors } from "./close-reason.ts";
export { acceptedMax, type TransportLimits, transportLimitDefaults } from "./limits.ts";
export type { ConnInfo, FramingViolation, Transport, TransportHandler } from "./transport.ts";
