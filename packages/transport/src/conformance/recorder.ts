import { type ConnId, isDialled } from "@mutirao/primitives";
import type { CloseReason } from "../close-reason.ts";
import type { ConnInfo, FramingViolation, Transport, TransportHandler } from "../transport.ts";

/** What was told of one connection. */
export interface RecordedConn {
  readonly conn: ConnId;
  /** Set by `connOpened`. */
  info: ConnInfo | undefined;
  readonly lines: string[];
  readonly refusals: FramingViolation[];
  /** Set by `inputEnded`. */
  hasInputEnded: boolean;
  /** Set by `connClosed`. */
  closed: CloseReason | undefined;
}

/** How a transport's user reacts, from within the calls; it is given the transport, to send, close or dial. */
export type Reaction = (transport: Transport) => Partial<TransportHandler>;

/** A transport together with all that it has told. */
export interface RecordedTransport extends Transport {
  /** The record of a connection; an empty one if nothing was told of it yet. */
  of(conn: ConnId): RecordedConn;
  /** The connections accepted so far, oldest first. */
  accepted(): readonly RecordedConn[];
  /** The connections that were opened and are not closed. */
  open(): readonly RecordedConn[];
}

/**
 * Records what a transport tells and checks the order of the calls on the way. Breaches are collected in `breaches`
 * rather than thrown, because an exception out of a handler would crash the transport and hide them.
 */
export function createRecordedTransport(
  create: (handler: TransportHandler) => Transport,
  reaction: Reaction,
  breaches: string[],
): RecordedTransport {
  const records = new Map<ConnId, RecordedConn>();
  const closeAsked = new Set<ConnId>();
  const of = (conn: ConnId): RecordedConn => {
    const fresh = { conn, info: undefined, lines: [], refusals: [], hasInputEnded: false, closed: undefined };
    const record: RecordedConn = records.get(conn) ?? fresh;
    records.set(conn, record);
    return record;
  };
  const expectLive = (call: string, { conn, info, refusals, hasInputEnded, closed }: RecordedConn): void => {
    if (closed !== undefined) breaches.push(`${call} of connection ${conn} after its connClosed (${closed.code})`);
    else if (info === undefined) breaches.push(`${call} of connection ${conn} before its connOpened`);
    else if (refusals.length > 0) breaches.push(`${call} of connection ${conn} after its lineRefused`);
    else if (hasInputEnded) breaches.push(`${call} of connection ${conn} after its inputEnded`);
    else if (closeAsked.has(conn)) breaches.push(`${call} of connection ${conn} after close was asked`);
  };

  const transport = create({
    connOpened(conn, info) {
      const record = of(conn);
      if (record.info !== undefined) breaches.push(`connOpened twice for connection ${conn}`);
      if (record.closed !== undefined) breaches.push(`connOpened of connection ${conn} after its connClosed`);
      record.info = info;
      reactions.connOpened?.(conn, info);
    },
    lineReceived(conn, line) {
      expectLive("lineReceived", of(conn));
      of(conn).lines.push(line);
      reactions.lineReceived?.(conn, line);
    },
    lineRefused(conn, violation) {
      expectLive("lineRefused", of(conn));
      of(conn).refusals.push(violation);
      reactions.lineRefused?.(conn, violation);
    },
    inputEnded(conn) {
      expectLive("inputEnded", of(conn));
      of(conn).hasInputEnded = true;
      reactions.inputEnded?.(conn);
    },
    connClosed(conn, reason) {
      const record = of(conn);
      if (record.closed !== undefined) breaches.push(`connClosed twice for connection ${conn}`);
      if (record.info === undefined && !isDialled(conn)) breaches.push(`connClosed of ${conn}, which never opened`);
      record.closed = reason;
      reactions.connClosed?.(conn, reason);
    },
  });
  const close = (conn: ConnId): void => {
    closeAsked.add(conn);
    transport.close(conn);
  };
  const reactions = reaction({ ...transport, close });

  const all = (): RecordedConn[] => [...records.values()];
  return {
    ...transport,
    close,
    of,
    accepted: () => all().filter(({ conn, info }) => info !== undefined && !isDialled(conn)),
    open: () => all().filter(({ info, closed }) => info !== undefined && closed === undefined),
  };
}
