/**
 * The Transport port over TCP (`node:net`). It moves lines, resolves names and enforces every limit of
 * `TransportLimits`; it knows framing, and nothing about what the lines say.
 */
export { createLookupProcess, type LookupProcess } from "./lookup-process.ts";
export { effectiveConnectionsMax } from "./open-files.ts";
export { resolveHost } from "./resolve-host.ts";
export { createTcpTransport, type TcpTransportOptions } from "./tcp-transport.ts";
