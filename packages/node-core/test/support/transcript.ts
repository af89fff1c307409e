import {
  acceptedConnId,
  type ConnId,
  createPrng,
  durationMs,
  type Endpoint,
  formatEndpoint,
  instantMs,
  nodeId,
  seconds,
} from "@mutirao/primitives";
import { decodeLine, encodeMessage } from "@mutirao/protocol";
import type { CloseReason } from "@mutirao/transport";
import { createHeartbeatNode, type Effect, type HeartbeatNodeOptions, type Notice } from "../../src/index.ts";

export const peerB: Endpoint = { host: "127.0.0.1", port: 9102 };
export const peerC: Endpoint = { host: "127.0.0.1", port: 9103 };
const local: Endpoint = { host: "127.0.0.1", port: 9101 };

const defaults: HeartbeatNodeOptions = {
  peers: [peerB],
  intervalMs: seconds(2),
  timeoutMs: seconds(6),
  answerMs: seconds(3),
  backOffMaxMs: seconds(30),
  dialsMax: 64,
  firstDialect: "brief",
  strangersMax: 64,
  malformedPerConnectionMax: 10,
  malformedPerSourceMax: 100,
  muteMs: seconds(60),
};

/**
 * A node under test, with the other side played by the test. What the node does is written down line by line, like the
 * brief's sequence diagrams: `2 B <- {"TASK":"HEARTBEAT"}` is a line sent to B after two seconds.
 */
export function createScene(changes: Partial<HeartbeatNodeOptions> = {}) {
  const options = { ...defaults, ...changes };
  const node = createHeartbeatNode(nodeId("node-a"), options, createPrng("scene"));
  const told: string[] = [];
  const dials = new Map<string, ConnId>();
  const namesByConn = new Map<ConnId, string>();
  const sends: { conn: ConnId; line: string; at: number }[] = [];
  let nowMs = 0;
  let accepted = 0;

  const tell = (text: string): void => void told.push(`${Math.round(nowMs) / 1_000} ${text}`);
  const nameOf = (endpoint: Endpoint): string => String.fromCharCode("A".charCodeAt(0) + endpoint.port - 9_101);
  const perform = (effects: readonly Effect[]): void => {
    for (const effect of effects) note(effect);
  };
  const note = (effect: Effect): void => {
    switch (effect.type) {
      case "dial": {
        const name = nameOf(effect.to);
        dials.set(name, effect.conn);
        namesByConn.set(effect.conn, name);
        tell(`${name} <- dial`);
        break;
      }
      case "send": {
        const line = encodeMessage(effect.message).trimEnd();
        sends.push({ conn: effect.conn, line, at: nowMs });
        tell(`${namesByConn.get(effect.conn)} <- ${line}`);
        break;
      }
      case "close":
        tell(`${namesByConn.get(effect.conn)} <- close`);
        break;
      case "identify":
      case "spare":
      case "allow":
      case "owe":
        break;
      case "notify":
        if (effect.notice.kind !== "registry-due") tell(describe(effect.notice));
    }
  };
  const handle = (event: Parameters<typeof node.handle>[0]): void => perform(node.handle(event, instantMs(nowMs)));
  const dialled = (name: string): ConnId => {
    const conn = dials.get(name);
    if (conn === undefined) throw new Error(`${name} was not dialled`);
    return conn;
  };

  return {
    node,
    told,
    sends,
    start: () => handle({ type: "started", listening: { host: "127.0.0.1", port: 9101 } }),
    /** Lets time pass, waking the node whenever it asks, up to this many seconds from the start. */
    passTo(atS: number) {
      for (;;) {
        const deadline = node.nextDeadline();
        if (deadline === undefined || deadline > atS * 1_000) break;
        nowMs = Math.max(nowMs, deadline);
        handle({ type: "wake" });
      }
      nowMs = Math.max(nowMs, atS * 1_000);
    },
    /** Lets time pass without a wake-up, as when the process is stopped. */
    stallTo(atS: number) {
      nowMs = atS * 1_000;
    },
    wake: () => handle({ type: "wake" }),
    opens: (name: string) => handle({ type: "conn-opened", conn: dialled(name), remote: peerB, local }),
    /** The peer sends a line on the connection that the node has to it. */
    says(name: string, line: string) {
      const decoded = decodeLine(line);
      const event = { conn: dialled(name), remote: peerB };
      if ("message" in decoded) handle({ type: "message-received", ...event, message: decoded.message });
      else handle({ type: "line-refused", ...event, violation: decoded.violation });
    },
    closes: (name: string, reason: CloseReason = { code: "CONN_ENDED" }) =>
      handle({ type: "conn-closed", conn: dialled(name), reason }),
    /** Somebody connects to the node. Gives what they can do. */
    accept(name: string, host = "127.0.0.1") {
      const conn = acceptedConnId(accepted++);
      const remote = { host, port: 50_000 + accepted };
      namesByConn.set(conn, name);
      handle({ type: "conn-opened", conn, remote, local });
      return {
        says(line: string) {
          const decoded = decodeLine(line);
          if ("message" in decoded) handle({ type: "message-received", conn, remote, message: decoded.message });
          else handle({ type: "line-refused", conn, remote, violation: decoded.violation });
        },
        closes: () => handle({ type: "conn-closed", conn, reason: { code: "CONN_ENDED" } }),
      };
    },
    status: () => node.registry().map(({ key, status }) => `${key} ${status}`),
  };
}

function describe(notice: Notice): string {
  switch (notice.kind) {
    case "peer-transitioned": {
      const { peer, from, to, reason } = notice.transition;
      return `! ${peer} ${from} -> ${to} (${reason})`;
    }
    case "beat-failed":
      return `! no answer from ${formatEndpoint(notice.peer)}: ${notice.reason.code}`;
    case "stalled":
      return `! stalled for ${durationMs(notice.lateByMs)} ms`;
    default:
      return `! ${notice.kind}`;
  }
}

export const BARE = '{"TASK":"HEARTBEAT"}';
export const CLASS = '{"SERVER_UUID":"node-a","TASK":"HEARTBEAT"}';
export const LEGACY = '{"SERVER":"ALIVE","TASK":"REQUEST"}';
export const aliveAs = (id: string): string => `{"TASK":"HEARTBEAT","RESPONSE":"ALIVE","SERVER_ID":"${id}"}`;
