import {
  type ConnId,
  durationMs,
  type Endpoint,
  formatEndpoint,
  type InstantMs,
  type NodeId,
} from "@mutirao/primitives";
import { type CommandRelease, type LeaseRef, type ReleaseCompleted, workersThatFit } from "@mutirao/protocol";
import { nameOf } from "./conversation.ts";
import type { LendingState } from "./lending-state.ts";
import type { PeerRecord } from "./peer-table.ts";

/** The borrower gives workers back, or the owner of our guests wants them back: each worker is judged by itself. */
export function onRelease(
  state: LendingState,
  conn: ConnId,
  remote: Endpoint,
  release: CommandRelease,
  now: InstantMs,
): void {
  const { from, workers, at, terms } = release;
  const peer = state.peers.senderOf(from, remote, at);
  const accepted = peer === undefined ? [] : releasedBy(state, peer, release, now);
  if (accepted.length < workers.length) {
    const refused = workers.filter((worker) => !accepted.includes(worker));
    state.outbox.notify({ kind: "order-refused", word: "command-release", remote, workers: refused });
  }
  if (peer !== undefined && terms !== undefined) peer.isOurs = true;
  const answer = { kind: "release-ack", from: state.options.selfId, workers: accepted } as const;
  // What has no room in the line is not acknowledged, and told again.
  const told = accepted.slice(0, workersThatFit(answer));
  const message = { ...answer, workers: told };
  state.outbox.emit({ type: "send", conn, message });
  state.conversation.sent(peer === undefined ? formatEndpoint(remote) : nameOf(peer), message);
}

function releasedBy(
  { care, loans }: LendingState,
  peer: PeerRecord,
  { workers, terms }: CommandRelease,
  now: InstantMs,
): readonly NodeId[] {
  const guests = new Set(care.reclaim(peer, workers, terms?.count, now));
  // A worker is either the sender's, and a guest here, or ours, and a guest there.
  const others = workers.filter((worker) => !guests.has(worker));
  const released = terms?.count === undefined ? loans.onRelease(peer, others, terms?.leases, now) : [];
  return [...guests, ...released];
}

/** An owner says that its workers are home. */
export function onCompleted(state: LendingState, remote: Endpoint, told: ReleaseCompleted, now: InstantMs): void {
  const peer = state.peers.senderOf(told.from, remote);
  if (peer !== undefined) state.care.completed(peer, told.workers, told.leases, now);
  else state.outbox.notify({ kind: "order-refused", word: "release-completed", remote, workers: told.workers });
}

/** For a line that nobody answers to be taken. */
const TOLD_MS = durationMs(2_000);

/** A worker that was lent is home. */
export function sayCompleted(
  { exchanges, options }: LendingState,
  peer: PeerRecord,
  lease: LeaseRef,
  now: InstantMs,
): void {
  const message = {
    kind: "release-completed",
    from: options.selfId,
    workers: [lease.worker],
    ...(peer.isOurs ? { leases: [lease] } : {}),
  } as const;
  const ignore = { onMessage: (): "more" => "more", onEnd: (): void => {} };
  const words = { to: peer.endpoint, name: nameOf(peer), message };
  exchanges.open({ ...words, forMs: TOLD_MS, isOneWay: true, ...ignore }, now);
}
