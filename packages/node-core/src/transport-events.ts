import type { ConnId, Endpoint } from "@mutirao/primitives";
import { decodeLineWith, type LineMemory } from "@mutirao/protocol";
import type { ConnInfo, TransportHandler } from "@mutirao/transport";
import type { Event } from "./events.ts";

interface Conn extends LineMemory {
  readonly remote: Endpoint;
}

/**
 * Turns what a transport tells into events: lines become messages here, so that every host understands them alike.
 *
 * @param deliver is given each event at once, in the order in which things happened.
 */
export function createTransportEvents(deliver: (event: Event) => void): TransportHandler {
  const conns = new Map<ConnId, Conn>();
  return {
    connOpened(conn: ConnId, { remote, local }: ConnInfo) {
      conns.set(conn, { remote, lastLine: undefined, lastDecoded: undefined });
      deliver({ type: "conn-opened", conn, remote, local });
    },
    lineReceived(conn, line) {
      const known = conns.get(conn);
      if (known === undefined) return;
      const { remote } = known;
      const decoded = decodeLineWith(known, line);
      if ("message" in decoded) deliver({ type: "message-received", conn, remote, message: decoded.message, line });
      else deliver({ type: "line-refused", conn, remote, violation: decoded.violation });
    },
    lineRefused(conn, violation) {
      const known = conns.get(conn);
      if (known === undefined) return;
      deliver({ type: "line-refused", conn, remote: known.remote, violation: { ...violation, fatal: true } });
    },
    inputEnded: (conn) => deliver({ type: "input-ended", conn }),
    connClosed(conn, reason) {
      conns.delete(conn);
      deliver({ type: "conn-closed", conn, reason });
    },
  };
}
