import type { ConnId, DurationMs, Endpoint, InstantMs } from "@mutirao/primitives";
import type { HeartbeatReply, HeartbeatRequest, PeerWords } from "@mutirao/protocol";

/** What a node adds to its beats beyond "I live", and makes of what others add. */
export interface PeerTalk {
  /** What to add to a beat to the peer at this configured address. */
  wordsTo(address: string, now: InstantMs): PeerWords | undefined;
  /** The peer at this configured address has answered, from `remote`. */
  onReply(address: string, remote: Endpoint, reply: HeartbeatReply, now: InstantMs): void;
  /** Somebody beats us; what to add to the answer. */
  wordsFor(remote: Endpoint, request: HeartbeatRequest, now: InstantMs): PeerWords | undefined;
  /** A worker beats us; how long it may still stay, if it is a guest. */
  leaseFor(conn: ConnId, now: InstantMs): DurationMs | undefined;
}
