import type { Endpoint, InstantMs, NodeId } from "@mutirao/primitives";

/**
 * What is known of a peer.
 *
 *   NEVER_SEEN --first answer--> ALIVE --silent for the timeout--> TIMEOUT --answers again--> ALIVE
 *                                                                     |
 *                                       its address has a new id, and one more timeout went by
 *                                                                     v
 *                                                                  DROPPED (no longer an entry)
 *
 * An address whose peer is no longer an entry, or answers at another address now, stays an entry without an id: it is
 * TIMEOUT, since the last answer that came from there.
 */
export const peerStatuses = {
  NEVER_SEEN: "Nobody has ever answered there.",
  ALIVE: "It has answered, and has not been silent for the timeout since.",
  TIMEOUT: "It has answered, and has been silent for the timeout or longer.",
} as const;

export type PeerStatus = keyof typeof peerStatuses;

/** A peer as the registry shows it. */
export interface RegistryEntry {
  /**
   * Names the entry: the id; `id@host:port` for each further live address that answers with the same id; `host:port`
   * for a configured address without a peer. No two entries share a key.
   */
  readonly key: string;
  /** Who answers there; `undefined` if nobody ever did, or if who did is not there any more. */
  readonly serverId: NodeId | undefined;
  /** The configured address at which it answers. */
  readonly endpoint: Endpoint;
  /** When the last answer came from there; `undefined` if none ever did. */
  readonly lastSeenAt: InstantMs | undefined;
  readonly status: PeerStatus;
}

/** Why a status changed. */
export const transitionReasons = {
  "first-answer": "The peer answered for the first time.",
  "answered-again": "The peer answered after it had been silent.",
  moved: "A peer that had been silent answers at another of the configured addresses.",
  silent: "No answer came for the timeout.",
  replaced: "Another id answers at the peer's address, and the peer was not heard of for one more timeout.",
  "answers-elsewhere": "The id was live at two addresses, and this one fell silent.",
} as const;

export type TransitionReason = keyof typeof transitionReasons;

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
