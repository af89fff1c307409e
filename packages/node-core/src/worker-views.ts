import type { DurationMs, Endpoint, NodeId } from "@mutirao/primitives";
import type { WorkerTalk } from "./worker-notices.ts";

/** How a worker stands, as of the last event. */
export interface WorkerStatusView {
  readonly phase: "away" | "dialing" | "greeting" | "connected" | "left";
  readonly isLeaving: boolean;
  /** Who the master is, if it has ever said so, and how it talks while it is there. */
  readonly master: NodeId | undefined;
  readonly talk: WorkerTalk | undefined;
  readonly running: number;
  /** Results that their masters have not acknowledged. */
  readonly unacknowledged: number;
  readonly home: Endpoint;
  /** It serves another master than its home, or is on the way there. */
  readonly isAway: boolean;
  /** What it says of its owner while it is away. */
  readonly owner: NodeId | undefined;
  /** The highest number of a lease that it has seen; 0: none. */
  readonly epoch: number;
  /** How long it stays away unless its lease is renewed. */
  readonly leaseLeftMs: DurationMs | undefined;
  /** Orders to go elsewhere that it did not obey. */
  readonly redirectsRefused: number;
}
