import type { NodeId } from "@mutirao/primitives";
import type { LeaseRecord } from "./lease-record.ts";

/**
 * How many leases are kept of workers that are home, those that are away counted among them. Of a worker that is
 * forgotten the epochs begin anew, unless it says itself how far they had come; so this is far more than the workers
 * that one master ever has, and bounds what strangers under ever new ids can make it keep.
 */
export const LEASES_MAX = 100_000;

/**
 * What is wrong with a lease that is to be kept after another one of the same worker; a mistake of the caller's.
 *
 * @param lastEpoch of the lease that is known, if one is.
 */
export function leaseMistake(worker: NodeId, epoch: number, lastEpoch: number | undefined): string | undefined {
  if (!Number.isSafeInteger(epoch) || epoch < 1) return `the epoch of ${worker} counts up from 1, and is not ${epoch}`;
  if (lastEpoch === undefined || epoch >= lastEpoch) return undefined;
  return `the epoch of ${worker} only grows, and not from ${lastEpoch} to ${epoch}`;
}

/** Orders leases by their last change, the oldest first, and those of the same moment by the worker's id. */
export const byLastChange = (
  a: Pick<LeaseRecord, "worker" | "changedAt">,
  b: Pick<LeaseRecord, "worker" | "changedAt">,
): number => a.changedAt - b.changedAt || (a.worker < b.worker ? -1 : 1);

/**
 * Which leases to forget: of all but the last to change, a number of them, those whose worker is home.
 *
 * @returns the oldest first.
 */
export function chooseLeasesToForget<Lease extends Pick<LeaseRecord, "worker" | "changedAt">>(
  leases: readonly Lease[],
  isHome: (lease: Lease) => boolean,
  keptMax: number = LEASES_MAX,
): readonly Lease[] {
  const tooMany = leases.length - keptMax;
  return tooMany <= 0 ? [] : leases.toSorted(byLastChange).slice(0, tooMany).filter(isHome);
}
