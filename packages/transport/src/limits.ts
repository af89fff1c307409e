import { type DurationMs, seconds } from "@mutirao/primitives";

/** The limits that a transport enforces. Each is an option of the node, with its consequence, in `docs/options.md`. */
export interface TransportLimits {
  /**
   * Connections open at once, in all. Some of them are kept for our own dials, see {@link acceptedMax}: where the others
   * are all taken, the oldest accepted one whose sender is not identified gives way to a new one, and if there is none
   * the new one is refused. A dial for which there is no place takes that of an accepted connection: of the same, or
   * else of the one that has carried nothing for longest. Only when all are dialled ones is a dial refused.
   */
  readonly connectionsMax: number;
  /** Accepted connections open at once from one address. The newest is refused. */
  readonly connectionsPerSourceMax: number;
  /** Accepted connections whose sender is not identified. The oldest is closed. */
  readonly connectionsUnidentifiedMax: number;
  /** From opening to the first whole line, on accepted connections. */
  readonly firstLineMs: DurationMs;
  /** From the first byte of a line to its end. */
  readonly lineMs: DurationMs;
  /** Without a byte in either direction, on a connection that is not spared. */
  readonly idleMs: DurationMs;
  /** Bytes in a line, its end not counted, before the sender is identified. */
  readonly lineUnidentifiedMaxBytes: number;
  /** Bytes in a line, its end not counted, once the sender is identified. */
  readonly lineMaxBytes: number;
  /** Lines that one connection may have handled before the next connection gets its turn. */
  readonly linesPerTurnMax: number;
  /** Time that one connection may take before the next connection gets its turn. */
  readonly turnMs: DurationMs;
  /** Lines per second that one connection may send in the long run; faster senders are read more slowly. */
  readonly linesPerSecondMax: number;
  /** Lines that one connection may send at once after a pause. */
  readonly linesBurstMax: number;
  /** Bytes waiting to be sent above which no more is read from that connection. */
  readonly outputPauseBytes: number;
  /** Bytes waiting to be sent above which the connection is destroyed. */
  readonly outputMaxBytes: number;
  /** From the first SYN to the connection. */
  readonly connectMs: DurationMs;
  /** Name look-ups under way at once. */
  readonly lookupsMax: number;
  /** Time for one name look-up. */
  readonly lookupMs: DurationMs;
  /** How long the answer of a look-up is used before it is asked again (the old answer serves meanwhile). */
  readonly lookupCacheMs: DurationMs;
}

/**
 * How many of the connections may be accepted ones. The rest is kept for dials: strangers decide how many connections
 * there are to accept, and a node that cannot dial takes its living peers for dead. What is kept is a quarter, but at
 * least eight if that is no more than half.
 */
export function acceptedMax(connectionsMax: number): number {
  const quarter = Math.floor(connectionsMax / 4);
  return connectionsMax - Math.min(Math.floor(connectionsMax / 2), Math.max(8, quarter));
}

export const transportLimitDefaults: TransportLimits = {
  connectionsMax: 4_096,
  connectionsPerSourceMax: 256,
  connectionsUnidentifiedMax: 512,
  firstLineMs: seconds(10),
  lineMs: seconds(10),
  idleMs: seconds(60),
  lineUnidentifiedMaxBytes: 8 * 1_024,
  lineMaxBytes: 64 * 1_024,
  linesPerTurnMax: 64,
  turnMs: seconds(0.005),
  linesPerSecondMax: 200,
  linesBurstMax: 1_000,
  outputPauseBytes: 64 * 1_024,
  outputMaxBytes: 1_024 * 1_024,
  connectMs: seconds(2),
  lookupsMax: 2,
  lookupMs: seconds(5),
  lookupCacheMs: seconds(60),
};
