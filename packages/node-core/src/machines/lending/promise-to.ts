import type { Endpoint, InstantMs } from "@mutirao/primitives";
import type { WorkerRecord } from "../worker-record.ts";
import type { LendingState } from "./lending-state.ts";
import type { LoanOut } from "./loan-out.ts";
import type { PeerRecord } from "./peer-table.ts";

/** An idle worker of ours is the peer's as soon as that is durable. From now on it gets no task. */
export function promiseTo(
  { farm, loans }: LendingState,
  worker: WorkerRecord,
  peer: PeerRecord,
  to: Endpoint,
  now: InstantMs,
): LoanOut {
  worker.isBarred = true;
  farm.review(worker);
  return loans.offer(worker, peer, to, now);
}

/** The operator has said that nobody is to be lent to it, by whichever of its names. */
export const isBarredPeer = ({ options, peers }: LendingState, peer: PeerRecord): boolean =>
  options.noLendTo.some((name) => {
    const called = peers.at(name);
    return name === peer.id || (called !== undefined && peers.firstOf(called) === peers.firstOf(peer));
  });
