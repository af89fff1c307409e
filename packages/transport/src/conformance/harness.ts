import type { Endpoint } from "@mutirao/primitives";
import type { TransportLimits } from "../limits.ts";
import type { Transport, TransportHandler } from "../transport.ts";

/**
 * What the suite needs of a transport's surroundings. TCP implements it over real sockets and real time, the
 * simulator over its network and virtual time. One harness serves one case; the case calls `stop` itself.
 */
export interface TransportHarness {
  /** Where the transports of this harness are to listen: one host, port 0. */
  readonly listenAt: Endpoint;
  /** A second address from which `rawDial` can dial, where the platform has one. */
  readonly otherSource: string | undefined;
  /**
   * An upper bound for the bytes that the network itself holds, one way, between a sender and a receiver that does
   * not read (for TCP the send and receive buffers of the kernel).
   */
  readonly pathMaxBytes: number;
  createTransport(limits: TransportLimits, handler: TransportHandler): Transport;
  /** Connects a foreign peer; `from` is its local address. Resolves once it is connected. */
  rawDial(to: Endpoint, from?: string): Promise<RawPeer>;
  /** Lets a foreign peer listen. */
  rawListen(): Promise<RawListener>;
  /** An endpoint at which nobody listens, so that a dial is refused. */
  unusedEndpoint(): Promise<Endpoint>;
  /** Lets time run until the condition holds; rejects with a text that contains `what` if it never does. */
  until(what: string, condition: () => boolean): Promise<void>;
  /**
   * Lets time run until nothing has moved for a moment (100 ms, say), for claims that something does not happen. On
   * a slow machine it may let a wrong transport pass; it never makes a right one fail.
   */
  quiet(): Promise<void>;
  /** Ends every raw peer and listener, and stops the transports that the case left running. */
  stop(): Promise<void>;
}

/** A foreign peer at the level of bytes. It does nothing by itself: no answer, and no FIN in answer to a FIN. */
export interface RawPeer {
  readonly local: Endpoint;
  readonly remote: Endpoint;
  /** Bytes that the network does not take at once wait inside the peer. After the end of the connection: nothing. */
  write(bytes: Uint8Array): void;
  /** Half-closes: a FIN after all that was written. Reading goes on. */
  end(): void;
  /** Breaks the connection with an RST. */
  reset(): void;
  /** Stops reading, so that what the other side sends fills the network. */
  pause(): void;
  resume(): void;
  /** All that was received, one character per byte. */
  received(): string;
  /** The other side's FIN was received. */
  readonly hasEnded: boolean;
  /** The connection is over: both sides have ended it, or either has broken it. */
  readonly isClosed: boolean;
}

export interface RawListener {
  readonly endpoint: Endpoint;
  /** The connections accepted so far, oldest first. */
  accepted(): readonly RawPeer[];
}
