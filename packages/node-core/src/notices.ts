import type { DurationMs, Endpoint, NodeId } from "@mutirao/primitives";
import type { LineViolation } from "@mutirao/protocol";
import type { Transition } from "@mutirao/registry";
import type { CloseReason } from "@mutirao/transport";
import type { MasterNotice } from "./master-notices.ts";
import type { WorkerNotice } from "./worker-notices.ts";

/** The status of a peer changed. */
export interface PeerTransitioned {
  readonly kind: "peer-transitioned";
  readonly transition: Transition;
}

/** An interval is over, and at least one peer has been seen since the start: time to show the registry. */
export interface RegistryDue {
  readonly kind: "registry-due";
}

/** Why a beat can fail on a connection that is sound; all other reasons are the transport's. */
export const beatErrors = {
  ERR_ANSWER_TIMEOUT: "The peer took the beat and did not answer in time; it may be overloaded, or no node at all.",
} as const;

/** A beat brought no answer. */
export interface BeatFailed {
  readonly kind: "beat-failed";
  readonly peer: Endpoint;
  readonly reason: CloseReason | { readonly code: keyof typeof beatErrors };
}

/** A peer that was live at one address answers at another. */
export interface PeerMoved {
  readonly kind: "peer-moved";
  readonly peer: NodeId;
  readonly from: Endpoint;
  readonly to: Endpoint;
}

/** Two live addresses answer with one id. */
export interface IdShared {
  readonly kind: "id-shared";
  readonly peer: NodeId;
  readonly at: readonly [Endpoint, Endpoint];
}

/** A configured peer answers with our own id: it is this very node, or another that was given the same `--id`. */
export interface SelfFound {
  readonly kind: "self-found";
  readonly at: Endpoint;
}

/** This process did not run for a while; nobody is accused until a fresh round is complete. */
export interface Stalled {
  readonly kind: "stalled";
  /** How much later than asked the node was woken. */
  readonly lateByMs: DurationMs;
}

/** A node that is not among our peers beats us. */
export interface StrangerHeard {
  readonly kind: "stranger-heard";
  readonly stranger: NodeId;
  readonly remote: Endpoint;
}

/** A line was refused (told once per connection). */
export interface LineRefusedNotice {
  readonly kind: "line-refused";
  readonly remote: Endpoint;
  readonly violation: LineViolation;
}

/** An address sent so many bad lines that it is not listened to for a while. */
export interface SourceMuted {
  readonly kind: "source-muted";
  readonly host: string;
  readonly forMs: DurationMs;
}

/** A message whose control word we do not know was ignored. */
export interface MessageUnknown {
  readonly kind: "message-unknown";
  readonly remote: Endpoint;
  readonly word: string;
}

export type Notice =
  | PeerTransitioned
  | RegistryDue
  | BeatFailed
  | PeerMoved
  | IdShared
  | SelfFound
  | Stalled
  | StrangerHeard
  | LineRefusedNotice
  | SourceMuted
  | MessageUnknown
  | MasterNotice
  | WorkerNotice;
