import type { ConnId, Endpoint } from "@mutirao/primitives";
import type { SendableMessage } from "@mutirao/protocol";
import type { Notice } from "./notices.ts";

/** Open a connection under this number. It ends in exactly one `conn-closed`, whether or not it ever opens. */
export interface Dial {
  readonly type: "dial";
  readonly conn: ConnId;
  readonly to: Endpoint;
}

export interface Send {
  readonly type: "send";
  readonly conn: ConnId;
  readonly message: SendableMessage;
}

/** The sender on this connection has said something sensible: it may use the limits of the identified. */
export interface Identify {
  readonly type: "identify";
  readonly conn: ConnId;
}

/** Silence on this connection is no reason to end it, or is one again. */
export interface Spare {
  readonly type: "spare";
  readonly conn: ConnId;
  readonly isSpared: boolean;
}

/** The sender on this connection works for us: it may send so many lines per second, and as many at once. */
export interface Allow {
  readonly type: "allow";
  readonly conn: ConnId;
  readonly linesPerSecond: number;
}

/** An answer is to come on this connection, which must not end with the other side's last word. */
export interface Owe {
  readonly type: "owe";
  readonly conn: ConnId;
}

/** End the connection once all that was sent on it has left. */
export interface Close {
  readonly type: "close";
  readonly conn: ConnId;
}

/** Something that an operator may want to know. */
export interface Notify {
  readonly type: "notify";
  readonly notice: Notice;
}

/** What a node asks of its host. Performed in order, and completely, before the next event. */
export type Effect = Dial | Send | Identify | Spare | Allow | Owe | Close | Notify;
