import { type DurationMs, durationMs, type Endpoint, type InstantMs, type NodeId } from "@mutirao/primitives";
import type { Redirect } from "@mutirao/protocol";
import type { PeerRecord } from "./peer-table.ts";

/**
 * A worker of ours that is lent, or is about to be.
 *
 *   flushing --durable--> offered --seen at the borrower, or gone--> lent --the borrower gives it back--> returning
 *       |                    |                                         |                                     |
 *       | refused            | time over                               | no sign for the lease               | no sign
 *       v                    v                                         v                                     v
 *     (home)          (home, epoch + 1)                              lost -------ALIVE: epoch + 1--------> (home)
 *
 * From offered, lent and returning its own ALIVE with the lease's epoch brings it home: nothing else proves its return.
 */
export interface LoanOut {
  readonly worker: NodeId;
  readonly epoch: number;
  readonly peer: PeerRecord;
  readonly to: Endpoint;
  phase: "flushing" | "offered" | "lent" | "returning" | "lost";
  readonly startedAt: InstantMs;
  /** How often REDIRECT was said, to a worker that does not say what it has seen. */
  redirects: number;
  /** When it was said last. */
  redirectedAt: InstantMs | undefined;
  /** It is wanted back, since then. */
  reclaimedAt: InstantMs | undefined;
  /** Its borrower, of another team, has not acknowledged that: only a new order will tell it. */
  isUnheard: boolean;
  /** The borrower has given it back, since then. */
  releasedAt: InstantMs | undefined;
  /** The slots that are away. */
  readonly slots: number;
  /** Where it takes orders, if it listens: a worker of the class. `undefined` after a restart, as the store does not tell. */
  readonly listensAt: Endpoint | undefined;
  /** It was late, and told at its port to come home. */
  isRecalled: boolean;
  /** It has a session, and so says what it has seen. `undefined`: not known, as the store does not tell. */
  readonly isSession: boolean | undefined;
}

/** What is to be done with a worker of ours that says that it is here. */
export type HomeVerdict =
  | { readonly kind: "serve" }
  /** It gets no task. `epoch`: it is to take over this number, and say again that it is here. */
  | { readonly kind: "hold"; readonly epoch: number | undefined }
  | { readonly kind: "redirect"; readonly redirect: Redirect };

/** An offer whose worker is seen neither here nor there for so long is cancelled. Nothing is in between for longer. */
const OFFER_MS = durationMs(10_000);
/** Workers of the class poll at their own pace, so they have the time that their teams' masters give them. */
const CLASS_OFFER_MS = durationMs(30_000);
/** A worker on its way home that is not seen for so long is lost, until it is seen. */
const RETURN_MS = durationMs(10_000);
/** One that listens is told to come home when it has not come for so long. */
const RECALL_MS = durationMs(RETURN_MS / 2);
/** A lost worker is shown for so long. */
const FORGET_LOST_MS = durationMs(600_000);
/** A loan at its beginning. */
export const createLoan = (
  worker: NodeId,
  epoch: number,
  peer: PeerRecord,
  to: Endpoint,
  startedAt: InstantMs,
  { slots, isSession, listensAt }: Pick<LoanOut, "slots" | "isSession" | "listensAt">,
): LoanOut => ({
  worker,
  epoch,
  peer,
  to,
  phase: "flushing",
  startedAt,
  redirects: 0,
  redirectedAt: undefined,
  reclaimedAt: undefined,
  isUnheard: false,
  releasedAt: undefined,
  slots,
  isSession,
  listensAt,
  isRecalled: false,
});

/** How long a worker stays with a peer without a sign of either. */
export interface Leases {
  readonly leaseMs: DurationMs;
  /** With a master that never says who its guests are. */
  readonly foreignLeaseMs: DurationMs;
}

const leaseOf = ({ isOurs }: PeerRecord, { leaseMs, foreignLeaseMs }: Leases): DurationMs =>
  isOurs ? leaseMs : foreignLeaseMs;

/** @param owner how the worker is to name us there. */
export function redirectTo({ isSession, peer, to, epoch }: LoanOut, owner: string, leases: Leases): Redirect {
  // A worker of the class has shown no EXT, so it is told none.
  if (isSession === false) return { kind: "redirect", to };
  const borrower = peer.id === undefined ? {} : { borrower: peer.id };
  return { kind: "redirect", to, terms: { epoch, owner, ...borrower, leaseMs: leaseOf(peer, leases) } };
}

/** How long the next sign of the worker may be in coming, as the loan stands. */
export function patienceMs(
  { phase, isSession, peer, reclaimedAt, listensAt }: LoanOut,
  { graceMs, ...leases }: Leases & { readonly graceMs: DurationMs },
): DurationMs {
  switch (phase) {
    case "flushing":
    case "offered":
      return isSession === false ? CLASS_OFFER_MS : OFFER_MS;
    case "lent":
      // Another team's master was told, and tells nothing itself.
      if (!peer.isOurs && reclaimedAt !== undefined) return CLASS_OFFER_MS;
      return durationMs(leaseOf(peer, leases) + graceMs);
    case "returning":
      // Half of the time before it is told, and half after.
      return listensAt === undefined ? RETURN_MS : RECALL_MS;
    case "lost":
      return FORGET_LOST_MS;
  }
}

/** Any worker that comes home will do: one that was asked for instead may stay. But not for one that was on its way before. */
export function handOnReclaim(open: Iterable<LoanOut>, { peer, reclaimedAt, releasedAt }: LoanOut): void {
  if (reclaimedAt !== undefined) return;
  for (const other of open) {
    if (other.peer !== peer || other.reclaimedAt === undefined) continue;
    if (releasedAt !== undefined && releasedAt < other.reclaimedAt) continue;
    other.reclaimedAt = undefined;
    return;
  }
}
