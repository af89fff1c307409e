import type { Endpoint, EpochMs, NodeId } from "@mutirao/primitives";

/** The last lease of one worker of this master's. Epochs of a worker only grow, until its lease is forgotten. */
export interface LeaseRecord {
  readonly worker: NodeId;
  /** Counts up from 1; consumed by every offer and by every cancellation. */
  readonly epoch: number;
  /** Who has it; `undefined`: it is home. */
  readonly borrower: LeaseBorrower | undefined;
  readonly changedAt: EpochMs;
}

export interface LeaseBorrower {
  /** The address of the peer as it is configured, `host:port`. */
  readonly peer: string;
  /** `undefined` if it has not said who it is. */
  readonly id: NodeId | undefined;
  /** Where the worker was sent. */
  readonly to: Endpoint;
  /** It speaks no epochs. */
  readonly isForeign: boolean;
}
