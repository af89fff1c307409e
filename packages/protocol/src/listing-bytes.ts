import type { CommandRelease, LeaseRef, Offer, ReleaseAck, ReleaseCompleted } from "./lending-messages.ts";
import { SESSION_LINE_MAX_BYTES } from "./limits.ts";
import { asciiJson } from "./printable.ts";
import { encodeLine } from "./tasks/index.ts";

/** The messages that list workers. */
export type ListingMessage = CommandRelease | Offer | ReleaseAck | ReleaseCompleted;

/**
 * How many of the workers of a message, from the first, its line has room for, each with its lease if the message has
 * one. A longer line cannot be sent: its lists are cut there, and the rest is said on another line.
 */
export function workersThatFit(message: ListingMessage): number {
  const { line, maxBytes } = encodeLine(message);
  const newline = 1;
  let excess = line.length + newline - maxBytes;
  const leases = new Map(leasesOf(message).map((lease) => [lease.worker, lease]));
  let leasesLeft = leasesOf(message).length;
  let count = message.workers.length;
  // Cutting from the end looks only at what is too much, which mostly is nothing.
  for (const worker of message.workers.toReversed()) {
    if (excess <= 0) break;
    excess -= itemBytes(worker, count);
    count -= 1;
    const lease = leases.get(worker);
    if (lease === undefined) continue;
    excess -= itemBytes([worker, lease.epoch], leasesLeft);
    leasesLeft -= 1;
  }
  return count;
}

/** The rest of a beat, with ids and addresses of full length in it. */
const BEAT_REST_MAX_BYTES = 4 * 1_024;

/** How many of these leases, from the first, a beat between masters of ours has room for. */
export function leasesThatFit(leases: readonly LeaseRef[]): number {
  let leftBytes = SESSION_LINE_MAX_BYTES - BEAT_REST_MAX_BYTES;
  let count = 0;
  for (const { worker, epoch } of leases) {
    leftBytes -= itemBytes([worker, epoch], leases.length);
    if (leftBytes < 0) break;
    count += 1;
  }
  return count;
}

/** What an item takes in a list of that many: all but one of them have a comma. */
const itemBytes = (item: unknown, count: number): number => asciiJson(item).length + (count > 1 ? 1 : 0);

function leasesOf(message: ListingMessage): readonly LeaseRef[] {
  if (message.kind === "release-completed") return message.leases ?? [];
  return message.kind === "release-ack" ? [] : (message.terms?.leases ?? []);
}
