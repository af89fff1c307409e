import type { MonitorDelta, MonitoredMaster, MonitorSnapshot, MonitorStatus } from "@mutirao/operator-api/monitor";

/** Where the server takes from what it tells: the present, or a recording. */
export interface Feed {
  snapshot(): MonitorSnapshot;
  /** The status of the snapshot, without the work of making one. */
  status(): MonitorStatus;
  /** A master with all its peers. */
  master(id: string): MonitoredMaster | undefined;
  /** Tells every change from now on. */
  onDelta(listener: (delta: MonitorDelta) => void): void;
  stop(): void;
}
