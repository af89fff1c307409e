import type { DurationMs, Endpoint, NodeId } from "@mutirao/primitives";

/**
 * How the conversation between masters is spelled.
 *
 * - `class`: WORKER_REQUEST, answered by AVAILABLE or UNAVAILABLE;
 * - `legacy`: the older WORKERS_NEEDED, answered by WORKER_RESPONSE with ACK or NACK.
 */
export type LendingDialect = "class" | "legacy";

/** A worker's lease. */
export interface LeaseRef {
  readonly worker: NodeId;
  /** The number that the worker's owner gave the lease: each lease of a worker has a higher one, counted from 1. */
  readonly epoch: number;
}

/** "Lend me workers." */
export interface WorkerRequest {
  readonly kind: "worker-request";
  readonly dialect: LendingDialect;
  /** Who asks, if it says so. */
  readonly from?: NodeId;
  /** Where the workers are to connect. */
  readonly at: Endpoint;
  /** Workers, 1 to 1,024. */
  readonly needed: number;
  readonly terms?: RequestTerms;
}

/** What a master of ours adds to its request, so that the lender can be fair among those who ask. */
export interface RequestTerms {
  /** Names the ask: one that is repeated under the same name is one ask. 1 to 128 characters. */
  readonly ask: string;
  /** Tasks that wait at the one who asks. */
  readonly backlog: number;
  /** Its mean service time. */
  readonly serviceMs: DurationMs;
  /** Workers that it has or is about to have. */
  readonly workers: number;
  /** How long the ask stands at the lender, the connection staying open for it. 0: it does not stand. */
  readonly lifeMs: DurationMs;
  /** The need is so great that the lender may go below its own staffing. */
  readonly isSevere: boolean;
}

/** "You get these." It is a forecast: only a worker that arrives has come. May come several times for a standing ask. */
export interface Offer {
  readonly kind: "offer";
  readonly dialect: LendingDialect;
  readonly from?: NodeId;
  /** At least one, none of them twice. */
  readonly workers: readonly NodeId[];
  readonly terms?: OfferTerms;
}

export interface OfferTerms {
  readonly leases: readonly LeaseRef[];
  /** Workers that the lender could lend beyond these. */
  readonly spare: number;
  /** How long a task waits at the lender. */
  readonly waitMs: DurationMs;
  /** The rest of what was asked for waits at the lender, and is offered on the same connection. */
  readonly isStanding: boolean;
}

/** "You get none." */
export interface WorkerRefusal {
  readonly kind: "worker-refusal";
  readonly dialect: LendingDialect;
  readonly from?: NodeId;
  readonly terms?: RefusalTerms;
}

export interface RefusalTerms {
  /** One of the `refusalCodes`, or what a later version says instead: 1 to 64 characters, safe to print. */
  readonly code: string;
  /** When it may be worth asking again. */
  readonly retryAfterMs: DurationMs;
  /** What was asked for waits at the lender, and is offered on the same connection. */
  readonly isStanding: boolean;
  readonly spare: number;
  readonly waitMs: DurationMs;
}

/** "Go and work for that master." */
export interface Redirect {
  readonly kind: "redirect";
  readonly to: Endpoint;
  readonly terms?: RedirectTerms;
}

export interface RedirectTerms {
  /** The lease's number: a worker that has seen this one or a higher one does not go. */
  readonly epoch: number;
  /** What the worker is to say in SERVER_UUID while it is away: an id, an ip, or ip:port. */
  readonly owner: string;
  /** Who is to answer there. */
  readonly borrower?: NodeId;
  /** The lease ends so long after it was last renewed. */
  readonly leaseMs: DurationMs;
}

/** "Go home." */
export interface Return {
  readonly kind: "return";
  /** Where home is said to be; often wrong, and never needed: a worker knows its home. */
  readonly to?: Endpoint;
  /** The lease that ends. */
  readonly epoch?: number;
}

/** A borrower gives workers back; or, from a master of ours that owns them, it wants them back. */
export interface CommandRelease {
  readonly kind: "command-release";
  readonly from?: NodeId;
  readonly workers: readonly NodeId[];
  /** Where the sender says that it listens. */
  readonly at?: Endpoint;
  readonly terms?: ReleaseTerms;
}

export interface ReleaseTerms {
  readonly leases: readonly LeaseRef[];
  /** Of those listed any so many, the first that finish. Absent: all of them. */
  readonly count?: number;
}

/** "I know that these come back." */
export interface ReleaseAck {
  readonly kind: "release-ack";
  readonly from?: NodeId;
  readonly workers: readonly NodeId[];
}

/** "These are home." Some say it when the worker has only arrived at the borrower. */
export interface ReleaseCompleted {
  readonly kind: "release-completed";
  readonly from?: NodeId;
  readonly workers: readonly NodeId[];
  readonly leases?: readonly LeaseRef[];
}

/** What two masters of ours tell each other with their beats. Empty, it says that more could be said. */
export interface PeerWords {
  readonly figures?: PeerFigures;
  /** Those of the receiver's workers that are with the sender, 512 at most: renews their leases. */
  readonly guests?: readonly LeaseRef[];
  /** In a reply: those just named whose leases are not renewed, as they are unknown or the owner wants them back. 512 at most. */
  readonly wanted?: readonly LeaseRef[];
}

/** How a master is doing. */
export interface PeerFigures {
  /** Workers that it could lend. */
  readonly spare: number;
  /** How long a task waits there. Without a worker it is endless, which is written as the largest integer. */
  readonly waitMs: DurationMs;
  /** Tasks that wait. */
  readonly backlog: number;
  /** Workers that it has. */
  readonly workers: number;
  /** Mean service time. */
  readonly serviceMs: DurationMs;
  /** `NORMAL`, `SATURATED`, `STALLED`, or what a later version says: 1 to 64 characters, safe to print. */
  readonly state: string;
  /** Where workers connect. */
  readonly at?: Endpoint;
  /** Where its HTTP API listens. */
  readonly http?: Endpoint;
}
