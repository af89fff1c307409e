import type { Endpoint, InstantMs, NodeId } from "@mutirao/primitives";

/**
 * What is known of a peer.
 *
 *   NEVER_SEEN --first answer--> ALIVE --silent for the timeout--> TIMEOUT --answers again--> ALIVE
 *                                                                     |
 *                                       its address has a new id, and one more timeout went by
 *                                                                     v
 *                                                                  DROPPED (no longer an entry)
 */
export type PeerStatus = "NEVER_SEEN" | "ALIVE" | "TIMEOUT";

/** A peer as the registry shows it. */
export interface RegistryEntry {
  /**
   * Names the entry: the id; `id@host:port` for each further live address that answers with the same id; `host:port`
   * for a configured peer that was never seen. No two entries share a key.
   */
  readonly key: string;
  readonly serverId: NodeId | undefined;
  /** The configured address at which it answers. */
  readonly endpoint: Endpoint;
  /** When its last answer came; `undefined` if none ever did. */
  readonly lastSeenAt: InstantMs | undefined;
  readonly status: PeerStatus;
}

/** Why a status changed. */
export type TransitionReason =
  /** The peer answered for the first time. */
  | "first-answer"
  /** The peer answered after it had been silent. */
  | "answered-again"
  /** A peer that had been silent answers at another of the configured addresses. */
  | "moved"
  /** No answer came for the timeout. */
  | "silent"
  /** Another id answers at the peer's address, and the peer was not heard of for one more timeout. */
  | "replaced"
  /** The id was live at two addresses, and this one fell silent. */
  | "answers-elsewhere";

/** A change of the status of one peer. */
export interface Transition {
  readonly peer: NodeId;
  readonly endpoint: Endpoint;
  readonly from: PeerStatus;
  readonly to: PeerStatus | "DROPPED";
  readonly reason: TransitionReason;
}

/** What the registry tells of evidence and of silence. */
export type RegistryChange =
  | { readonly kind: "transition"; readonly transition: Transition }
  /** A peer that was live at one address answers at another. */
  | { readonly kind: "moved"; readonly peer: NodeId; readonly from: Endpoint; readonly to: Endpoint }
  /** Two live addresses answer with one id. Told once for as long as it lasts. */
  | { readonly kind: "id-shared"; readonly peer: NodeId; readonly at: readonly [Endpoint, Endpoint] };
