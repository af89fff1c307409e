/**
 * Tests with real processes: starting them, reading what they print, foreign peers in Python, sockets driven byte
 * by byte, small disks, and bad ones. It knows no node; what a process prints is the business of those who start it.
 */
export { canDisturbFlushes, disturbFlushes } from "./bad-disk.ts";
export { type ForeignPeer, type ForeignProcess, python, runForeign, startForeign } from "./foreign-process.ts";
export { freePort, hasIpv6Loopback, isLocalhostIpv6, ownLoopbackHost } from "./loopback.ts";
export { type Processes, type RunningProcess, test } from "./processes.ts";
export { connectRaw, type RawClient } from "./raw-client.ts";
export { entriesOf, type LogRecord, logged, matching, messageOf, parseRecord } from "./records.ts";
export { canMount, mountSmallDisk, type SmallDisk } from "./small-disk.ts";
