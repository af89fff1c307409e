import { type EpochMs, epochMs, type NodeId, nodeId } from "@mutirao/primitives";
import { leaseMistake } from "@mutirao/task-store";
import type { Cell } from "../columns.ts";

/** What the thread keeps in memory of every lease in the file: what it needs to judge the next one, and to forget it. */
export interface KnownLease {
  readonly worker: NodeId;
  readonly epoch: number;
  readonly changedAt: EpochMs;
  readonly isHome: boolean;
}

export type KnownLeases = Map<NodeId, KnownLease>;

/** A lease that can be written, and what was known of the worker before. */
export interface PlacedLease {
  readonly kind: "lease";
  readonly lease: readonly Cell[];
  readonly known: KnownLease;
  readonly before: KnownLease | undefined;
}

/** What there is to know of a lease, from its cells. */
export function knownLeaseOf(lease: readonly Cell[]): KnownLease {
  const [worker, epoch, changedAt, peer] = lease;
  return {
    worker: nodeId(worker as string),
    epoch: epoch as number,
    changedAt: epochMs(changedAt as number),
    isHome: peer === null,
  };
}

/** Notes a lease as if it were written already, for what comes behind it; or says what is wrong with it. */
export function placeLease(leases: KnownLeases, lease: readonly Cell[]): PlacedLease | string {
  const known = knownLeaseOf(lease);
  const { worker, epoch } = known;
  const before = leases.get(worker);
  const mistake = leaseMistake(worker, epoch, before?.epoch);
  if (mistake !== undefined) return mistake;
  leases.set(worker, known);
  return { kind: "lease", lease, known, before };
}

/** Takes a lease back that could not be written. Of several of one worker the latest goes first. */
export function displaceLease(leases: KnownLeases, { known: { worker }, before }: PlacedLease): void {
  if (before === undefined) leases.delete(worker);
  else leases.set(worker, before);
}
