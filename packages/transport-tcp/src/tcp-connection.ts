import type { Socket } from "node:net";
import { type ConnId, type InstantMs, instantMs } from "@mutirao/primitives";
import { createLineDecoder, type LineDecoder } from "@mutirao/protocol";
import type { CloseReason } from "@mutirao/transport";
import { type LineRate, lineRateOf } from "./line-budget.ts";

/**
 * Where a connection is in its life.
 *
 *     dialling --connected--> open --reason to end--> closing --socket gone--> closed
 *        |                                               ^
 *        +--failed, given up-----------------------------+
 *
 * An accepted connection begins open. While closing, output still leaves and input is dropped.
 */
export type Phase = "dialling" | "open" | "closing" | "closed";

/** A deadline that is not set. */
export const NEVER: InstantMs = instantMs(Number.POSITIVE_INFINITY);

/** Not waiting to enter the queue of deadlines. */
export const NOT_NEW = -1;

/** Why the lines of a connection have to wait; several reasons may hold at once. */
export const pauseFor = {
  /** It had its turn, and the others come first. */
  turn: 1,
  /** It sends lines faster than it may. */
  rate: 2,
  /** It does not read its own input fast enough. */
  output: 4,
} as const;

/**
 * One connection, as plain data. What is done with it is in functions that all connections share: at ten thousand
 * connections, a closure for each of them is memory that carries nothing.
 */
export interface TcpConnection {
  readonly conn: ConnId;
  /** The address it was accepted from; `undefined` if we dialled it. */
  readonly source: string | undefined;
  readonly decoder: LineDecoder;
  phase: Phase;
  /** Set once connected, and once accepted from the start. */
  socket: Socket | undefined;
  /** Gives the dial up, while there is something to give up. */
  cancelDial: (() => void) | undefined;
  /** Why it ends: the first reason found is the one that is told. */
  reason: CloseReason | undefined;
  /** The reasons of `pauseFor` that hold, added up. */
  pausedFor: number;
  /** The kernel watches whether the other side is still there. */
  isKeptAlive: boolean;
  /** The idle limit is not for it. */
  isSpared: boolean;
  /** An answer is to come: the other side's FIN does not end it. */
  isOwed: boolean;
  /** How many writes it has had, as far as that matters: 0, 1, or 2 for several. */
  writes: 0 | 1 | 2;
  /** The other side has sent its FIN. */
  inputEnded: boolean;
  /** It was told that the other side has sent its FIN. */
  isEndTold: boolean;
  /** Sent and not yet handed to the socket. */
  unflushed: string;
  /** Somebody is going to flush it. */
  flushIsDue: boolean;
  /** Shared by all that have the usual one. */
  rate: LineRate;
  /** See `LineRate`. */
  paidUntil: InstantMs;
  lastByteAt: InstantMs;
  /** When the first whole line must have come. */
  firstLineBy: InstantMs;
  /** When the line that has begun must have ended. */
  lineBy: InstantMs;
  /** When it must have connected, or, while closing, when it is destroyed. */
  phaseEndsBy: InstantMs;
  /** When reading goes on that is paused for the rate. */
  rateResumesAt: InstantMs;
  /** When the deadlines are looked at next; never later than the earliest of them. */
  lookAt: InstantMs;
  /** Where it waits to enter the queue of deadlines. */
  newcomerIndex: number;
}

export function createTcpConnection(
  conn: ConnId,
  source: string | undefined,
  lineMaxBytes: number,
  rate: LineRate,
  now: InstantMs,
): TcpConnection {
  return {
    conn,
    source,
    decoder: createLineDecoder(lineMaxBytes),
    phase: "dialling",
    socket: undefined,
    cancelDial: undefined,
    reason: undefined,
    pausedFor: 0,
    isKeptAlive: false,
    isSpared: false,
    isOwed: false,
    writes: 0,
    inputEnded: false,
    isEndTold: false,
    unflushed: "",
    flushIsDue: false,
    rate,
    paidUntil: now,
    lastByteAt: now,
    firstLineBy: NEVER,
    lineBy: NEVER,
    phaseEndsBy: NEVER,
    rateResumesAt: NEVER,
    lookAt: NEVER,
    newcomerIndex: NOT_NEW,
  };
}

/** It may send so many lines per second from now on, and as many at once. */
export function setRate(connection: TcpConnection, linesPerSecond: number, now: InstantMs): void {
  connection.rate = lineRateOf({ linesPerSecondMax: linesPerSecond, linesBurstMax: linesPerSecond });
  // What it is ahead by was reckoned at the old rate.
  connection.paidUntil = now;
}
