/**
 * The host of a core on a real machine: the monotonic clock, the one timer, effects performed over a transport, and
 * notices put into words for a log. It decides nothing, and chooses neither the transport nor the log's destination.
 */
export { type Journal, type JournalOptions, openJournal } from "./journal/journal.ts";
export { createMasterHost, type MasterHost, type MasterHostOptions, type MasterOrder } from "./master-host.ts";
export { createNodeHost, type HostMistakes, type NodeHost, type NodeHostOptions } from "./node-host.ts";
export { createNoticeLog } from "./notice-log.ts";
export { wakeGranularityMs } from "./waker.ts";
