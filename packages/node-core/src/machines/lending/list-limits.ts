import { type LeaseRef, type ListingMessage, leasesThatFit, workersThatFit } from "@mutirao/protocol";
import type { PeerRecord } from "./peer-table.ts";

/** Lines to other teams' nodes are short: so many ids of 128 plain characters fit. */
const CLASS_WORKERS_MAX = 8;
/** The same for a line between two of ours, where each worker stands with its lease. */
const OUR_WORKERS_MAX = 128;
/** Leases in a beat, without the workers beside them. */
const BEAT_LEASES_MAX = 256;

/** Workers in one line to this peer; the rest waits for the next. */
export const listMax = ({ isOurs }: Pick<PeerRecord, "isOurs">): number =>
  isOurs ? OUR_WORKERS_MAX : CLASS_WORKERS_MAX;

/**
 * As many of them, from the first, as one line to this peer has room for; the rest waits for the next. An id is as long
 * in the line as its characters make it, and whoever names a worker chooses them: of some not even two fit.
 */
export function fitting<T>(
  peer: Pick<PeerRecord, "isOurs">,
  items: readonly T[],
  messageOf: (listed: readonly T[]) => ListingMessage,
): readonly T[] {
  const listed = items.slice(0, listMax(peer));
  return listed.slice(0, workersThatFit(messageOf(listed)));
}

/** As many leases, from the first, as one beat has room for. */
export function fittingBeat(leases: readonly LeaseRef[]): readonly LeaseRef[] {
  const named = leases.slice(0, BEAT_LEASES_MAX);
  return named.slice(0, leasesThatFit(named));
}
