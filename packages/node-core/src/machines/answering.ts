import { type ConnId, createBoundedMap, type Endpoint, type InstantMs, type NodeId } from "@mutirao/primitives";
import type { HeartbeatDialect, HeartbeatReply, HeartbeatRequest, WorkerHeartbeat } from "@mutirao/protocol";
import type { Effect } from "../effects.ts";
import type { PeerTalk } from "./peer-talk.ts";

/** Answers everybody who asks whether we live. Being asked changes nothing else: a request proves nobody's address. */
export interface Answering {
  onRequest(
    conn: ConnId,
    remote: Endpoint,
    request: HeartbeatRequest | WorkerHeartbeat,
    now: InstantMs,
  ): readonly Effect[];
}

/**
 * @param selfId who we are.
 * @param isPeer whether an id belongs to a peer of ours; a beat from anybody else is told of once.
 */
export function createAnswering(
  selfId: NodeId,
  strangersMax: number,
  isPeer: (id: NodeId) => boolean,
  talk?: PeerTalk,
): Answering {
  const replies: Readonly<Record<HeartbeatDialect, HeartbeatReply>> = {
    brief: { kind: "heartbeat-reply", dialect: "brief", from: selfId },
    class: { kind: "heartbeat-reply", dialect: "class", from: selfId },
    legacy: { kind: "heartbeat-reply", dialect: "legacy" },
  };
  const strangers = createBoundedMap<NodeId, true>(strangersMax);

  const meet = (id: NodeId, remote: Endpoint): Effect | undefined => {
    if (id === selfId || strangers.get(id) !== undefined || isPeer(id)) return undefined;
    strangers.set(id, true);
    return { type: "notify", notice: { kind: "stranger-heard", stranger: id, remote } };
  };

  const replyTo = (
    conn: ConnId,
    remote: Endpoint,
    request: HeartbeatRequest | WorkerHeartbeat,
    now: InstantMs,
  ): HeartbeatReply => {
    if (request.kind === "worker-heartbeat") {
      const leaseMs = talk?.leaseFor(conn, now);
      return leaseMs === undefined ? replies.class : { ...replies.class, leaseMs };
    }
    const peer = request.dialect === "class" ? talk?.wordsFor(remote, request, now) : undefined;
    return peer === undefined ? replies[request.dialect] : { ...replies.class, peer };
  };

  return {
    onRequest(conn, remote, request, now) {
      const reply: Effect = { type: "send", conn, message: replyTo(conn, remote, request, now) };
      if (request.kind === "worker-heartbeat" || request.from === undefined) return [reply];
      const stranger = meet(request.from, remote);
      return stranger === undefined ? [reply] : [reply, stranger];
    },
  };
}
