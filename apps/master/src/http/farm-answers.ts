import type { LoadTerm as LoadTermView, LoadView, WorkerView } from "@mutirao/node-core";
import type { Load, LoadTerm, Peer, Worker } from "@mutirao/operator-api";
import { formatIsoTime } from "@mutirao/protocol";
import type { PeerView } from "../master-access.ts";
import { timeOrNull } from "./task-answer.ts";

export const workerAnswer = (worker: WorkerView): Worker => ({
  id: worker.id,
  status: worker.status,
  owner: worker.owner,
  borrowed: worker.isBorrowed,
  running: [...worker.running],
  style: worker.style ?? null,
  slots: worker.slots,
  types: [...worker.types],
  tasksDone: worker.tasksDone,
  host: worker.at.host,
  port: worker.at.port,
  lastSeenAt: timeOrNull(worker.lastSeenAt),
});

export const peerAnswer = (peer: PeerView): Peer => ({
  id: peer.id ?? null,
  key: peer.key,
  host: peer.endpoint.host,
  port: peer.endpoint.port,
  status: peer.status,
  lastSeenAt: timeOrNull(peer.lastSeenAt),
});

export const loadAnswer = (load: LoadView): Load => ({
  state: load.state,
  causes: [...load.causes],
  since: formatIsoTime(load.since),
  backlog: load.backlog,
  running: load.running,
  workers: load.workers,
  idleWorkers: load.idleWorkers,
  slots: load.slots,
  busySlots: load.busySlots,
  estimatedWaitMs: load.estimatedWaitMs === undefined ? null : rounded(load.estimatedWaitMs),
  oldestWaitMs: rounded(load.oldestWaitMs),
  arrivalsPerS: rounded(load.arrivalsPerS),
  serviceMs: load.serviceMs === undefined ? null : rounded(load.serviceMs),
  terms: load.terms.map(termAnswer),
});

const termAnswer = ({ name, value, unit, high, low, isTripped }: LoadTermView): LoadTerm => ({
  name,
  // JSON has no word for a wait without end.
  value: Number.isFinite(value) ? rounded(value) : null,
  unit,
  high: high ?? null,
  low: low ?? null,
  isTripped,
});

/** Figures are measured in fractions of microseconds, and nobody reads those. */
const rounded = (value: number): number => Math.round(value * 1_000) / 1_000;
