import type { ConnId, Endpoint } from "@mutirao/primitives";
import type { LineViolation, Message } from "@mutirao/protocol";
import type { CloseReason } from "@mutirao/transport";

/** The host is ready: the node listens at this endpoint and may begin. The first event, once. */
export interface Started {
  readonly type: "started";
  readonly listening: Endpoint;
}

/** A deadline may have come. It may be late, and then everything overdue is handled at once; early is harmless. */
export interface Wake {
  readonly type: "wake";
}

/** A dial of ours succeeded, or a connection was accepted; the parity of `conn` tells which. */
export interface ConnOpened {
  readonly type: "conn-opened";
  readonly conn: ConnId;
  readonly remote: Endpoint;
  /** This end: it tells which of our listeners accepted the connection. */
  readonly local: Endpoint;
}

export interface MessageReceived {
  readonly type: "message-received";
  readonly conn: ConnId;
  readonly remote: Endpoint;
  readonly message: Message;
  /** As it came, without its newline; a host that does not tell it only keeps it from being shown. */
  readonly line?: string;
}

/** A line came that is not a message. After a fatal violation found by the transport the connection is closing. */
export interface LineRefused {
  readonly type: "line-refused";
  readonly conn: ConnId;
  readonly remote: Endpoint;
  readonly violation: LineViolation;
}

/**
 * The other side has finished sending, or is gone, and the connection is only there because we owe an answer. Told after
 * all that came on it.
 */
export interface InputEnded {
  readonly type: "input-ended";
  readonly conn: ConnId;
}

/** The connection is no more, or the dial failed. The last event of each connection. */
export interface ConnClosed {
  readonly type: "conn-closed";
  readonly conn: ConnId;
  readonly reason: CloseReason;
}

/** What can happen to a node. */
export type Event = Started | Wake | ConnOpened | MessageReceived | LineRefused | InputEnded | ConnClosed;
