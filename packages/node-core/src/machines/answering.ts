import { type ConnId, createBoundedMap, type Endpoint, type NodeId } from "@mutirao/primitives";
import type { HeartbeatDialect, HeartbeatReply, HeartbeatRequest, WorkerHeartbeat } from "@mutirao/protocol";
import type { Effect } from "../effects.ts";

/** Answers everybody who asks whether we live. Being asked changes nothing else: a request proves nobody's address. */
export interface Answering {
  onRequest(conn: ConnId, remote: Endpoint, request: HeartbeatRequest | WorkerHeartbeat): readonly Effect[];
}

/**
 * @param selfId who we are.
 * @param isPeer whether an id belongs to a peer of ours; a beat from anybody else is told of once.
 */
export function createAnswering(selfId: NodeId, strangersMax: number, isPeer: (id: NodeId) => boolean): Answering {
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

  return {
    onRequest(conn, remote, request) {
      const isWorker = request.kind === "worker-heartbeat";
      const reply: Effect = { type: "send", conn, message: replies[isWorker ? "class" : request.dialect] };
      if (isWorker || request.from === undefined) return [reply];
      const stranger = meet(request.from, remote);
      return stranger === undefined ? [reply] : [reply, stranger];
    },
  };
}
