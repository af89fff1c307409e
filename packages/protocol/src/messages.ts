import type { NodeId } from "@mutirao/primitives";

/**
 * How a beat is spelled.
 *
 * - `brief`: the bare request of the course's brief, answered with `SERVER_ID`;
 * - `class`: with `SERVER_UUID` in the request as well;
 * - `legacy`: the older `{"SERVER":"ALIVE","TASK":"REQUEST"}`.
 */
export type HeartbeatDialect = "brief" | "class" | "legacy";

/** "Are you alive?" */
export interface HeartbeatRequest {
  readonly kind: "heartbeat-request";
  readonly dialect: HeartbeatDialect;
  /** Who asks; a bare or legacy request does not say. */
  readonly from?: NodeId;
}

/** "I am." */
export interface HeartbeatReply {
  readonly kind: "heartbeat-reply";
  /** The spelling: `brief` names us in `SERVER_ID` alone, `class` in both keys, `legacy` not at all. */
  readonly dialect: HeartbeatDialect;
  /** Who answers; some spellings do not say, and then the peer goes by its address. */
  readonly from?: NodeId;
}

/** A worker's own beat, answered like anybody's. */
export interface WorkerHeartbeat {
  readonly kind: "worker-heartbeat";
  readonly worker: NodeId;
}

/** A well-formed line whose control word we do not know. It is noted and ignored, and the connection stays open. */
export interface UnknownMessage {
  readonly kind: "unknown";
  /** The word, safe to print. */
  readonly word: string;
}

/** Everything that can be said. A new TASK gets a member here, and the compiler then shows every place to decide. */
export type Message = HeartbeatRequest | HeartbeatReply | WorkerHeartbeat | UnknownMessage;

/** What we can say ourselves. */
export type SendableMessage = Exclude<Message, UnknownMessage>;
