import type { ConnId, DeadlineQueue, InstantMs, Prng } from "@mutirao/primitives";
import type { CloseReason, TransportHandler, TransportLimits } from "@mutirao/transport";
import { type EventLoop, TRANSPORT_TIMERS } from "../event-loop.ts";
import type { HostClock } from "../host-clock.ts";
import type { Machine } from "../network/machine.ts";
import type { NameService } from "../network/name-service.ts";
import type { Listening, SimNetwork } from "../network/sim-network.ts";
import type { Scheduler } from "../scheduler.ts";
import type { Resolver } from "./resolver.ts";
import type { SimConn } from "./sim-conn.ts";

/** Where a transport runs. */
export interface SimTransportPlace {
  readonly scheduler: Scheduler;
  readonly network: SimNetwork;
  readonly names: NameService;
  readonly machine: Machine;
  readonly loop: EventLoop;
  readonly clock: HostClock;
  readonly prng: Prng;
  /** The local address of outgoing connections. */
  readonly localHost: string | undefined;
  /** How often the end of a connection is told not from within the call that caused it, but a little later. */
  readonly lateNewsRate: number;
  /** A fault: the process has no file descriptors left. */
  readonly hasDescriptors: () => boolean;
}

/** What the functions of the transport share. */
export interface TransportState extends SimTransportPlace {
  readonly limits: TransportLimits;
  readonly handler: TransportHandler;
  readonly resolver: Resolver;
  readonly conns: Map<ConnId, SimConn>;
  readonly perSource: Map<string, number>;
  /** Dials that hold a place, from the first SYN to the end of the connection. */
  readonly dialled: Set<SimConn>;
  /** The accepted ones that hold a place, oldest first. */
  readonly accepted: Set<SimConn>;
  /** Accepted and not identified, oldest first. */
  readonly unidentified: Set<SimConn>;
  readonly deadlines: DeadlineQueue<SimConn>;
  /** When the transport's one timer goes off. */
  timerAt: InstantMs | undefined;
  listening: Listening | undefined;
  acceptedCount: number;
  isStopped: boolean;
  /** The last line that was put into bytes: nodes repeat themselves. */
  lastSent: { readonly line: string; readonly bytes: Uint8Array } | undefined;
}

export const nowOf = (state: TransportState): InstantMs => state.clock.read(state.scheduler.now);

/** Runs something after a time on the process's own clock, when the process runs. */
export function later(state: TransportState, delayMs: number, run: () => void): void {
  state.scheduler.after(delayMs / state.clock.rate, () => state.loop.post(TRANSPORT_TIMERS, run));
}

/** The connection is no more: it is forgotten, and its end is told, once, now or a little later. */
export function tellEnd(state: TransportState, conn: SimConn, reason: CloseReason): void {
  if (conn.phase === "closed") return;
  conn.phase = "closed";
  state.deadlines.cancel(conn);
  leavePlace(state, conn);
  if (!state.isStopped && state.lateNewsRate > 0 && state.prng.chance(state.lateNewsRate)) {
    state.scheduler.after(state.prng.next(), () =>
      state.loop.post(TRANSPORT_TIMERS, () => tellNow(state, conn, reason)),
    );
  } else tellNow(state, conn, reason);
}

/** From now on another may have its place. */
function leavePlace({ dialled, accepted, unidentified }: TransportState, conn: SimConn): void {
  dialled.delete(conn);
  accepted.delete(conn);
  unidentified.delete(conn);
}

export function tellNow(state: TransportState, conn: SimConn, reason: CloseReason): void {
  // A stop in the meantime has told it already.
  if (!state.conns.delete(conn.id)) return;
  if (conn.source !== "") {
    const left = (state.perSource.get(conn.source) ?? 1) - 1;
    if (left === 0) state.perSource.delete(conn.source);
    else state.perSource.set(conn.source, left);
  }
  state.handler.connClosed(conn.id, reason);
}

/** Ends a connection in good order for a reason of ours: what was sent leaves first, what arrives is dropped. */
export function endConn(state: TransportState, conn: SimConn, reason: CloseReason): void {
  conn.socket?.release();
  tellEnd(state, conn, reason);
}

/** Breaks a connection: nobody waits for anything any more. */
export function breakConn(state: TransportState, conn: SimConn, reason: CloseReason): void {
  conn.socket?.abort();
  tellEnd(state, conn, reason);
}
