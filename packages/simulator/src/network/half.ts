import type { Endpoint } from "@mutirao/primitives";
import type { EventLoop, Source } from "../event-loop.ts";
import { type WorldMs, worldMs } from "../scheduler.ts";
import type { Link } from "./link.ts";
import type { Machine } from "./machine.ts";

/** Why a connection broke, or was never made. */
export type Breakage = "refused" | "unreachable" | "reset" | "gave-up";

/** What a process is told of one of its sockets, through its event loop. */
export interface SocketHandler {
  /** The connection that it asked for is there. */
  opened(): void;
  received(bytes: Uint8Array): void;
  /** The other side will send nothing more. */
  ended(): void;
  /** The connection is no more. The last call, and not made for a connection that ended in good order. */
  broken(why: Breakage): void;
  /** Bytes that had to wait in the process may have left it. */
  drained(): void;
}

/** Something under way from one end to the other. */
export type Segment =
  /** The last step of the handshake: with it the listener learns of the connection. */
  { readonly kind: "accept" } | { readonly kind: "data"; bytes: Uint8Array } | { readonly kind: "fin" };

/** The stream out of one end. */
export interface Pipe {
  readonly link: Link;
  /** Written and not taken by the system, because the other side does not read. */
  readonly unsent: Uint8Array[];
  unsentBytes: number;
  /** Taken by the system and not read by the other side. */
  inFlightBytes: number;
  /** Nothing overtakes what was sent before it. */
  lastArrivalAt: WorldMs;
  /** Until when a slow link is busy with what was sent before. */
  busyUntil: WorldMs;
  /** The last data under way, as long as more may join it. */
  lastData: (Segment & { readonly kind: "data" }) | undefined;
  /** What arrived at the break of a blocked link, and waits for it to heal. */
  stalled: Segment[];
  stalledSince: WorldMs;
  /** A fault: everything disappears without a trace, for good. */
  isSwallowed: boolean;
  /** A fault: the connection breaks in the middle of what is written next, and whoever did it is told. */
  cutNext: (() => void) | undefined;
  isFinQueued: boolean;
  isFinSent: boolean;
}

/** One end of a connection, as the system of its machine holds it. */
export interface Half {
  readonly id: Source;
  readonly machine: Machine;
  readonly loop: EventLoop;
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly out: Pipe;
  readonly isDialler: boolean;
  handler: SocketHandler | undefined;
  /** What makes the handler of an accepted connection, once its process learns of it. */
  readonly accept: (() => SocketHandler) | undefined;
  other: Half | undefined;
  isOpen: boolean;
  /** Whether the system still knows the connection. What arrives for one that it does not know is answered by RST. */
  exists: boolean;
  /** The process has closed it: what arrives is dropped and nothing is told. */
  isReleased: boolean;
  isReadPaused: boolean;
  hasReceivedFin: boolean;
  /** Arrived while reading was paused. */
  readonly unread: Segment[];
}

export const createPipe = (link: Link): Pipe => ({
  link,
  unsent: [],
  unsentBytes: 0,
  inFlightBytes: 0,
  lastArrivalAt: worldMs(0),
  busyUntil: worldMs(0),
  lastData: undefined,
  stalled: [],
  stalledSince: worldMs(0),
  isSwallowed: false,
  cutNext: undefined,
  isFinQueued: false,
  isFinSent: false,
});

export function createHalf(
  fixed: Pick<Half, "id" | "machine" | "loop" | "local" | "remote" | "out" | "isDialler" | "handler" | "accept">,
): Half {
  return {
    ...fixed,
    other: undefined,
    isOpen: false,
    exists: true,
    isReleased: false,
    isReadPaused: false,
    hasReceivedFin: false,
    unread: [],
  };
}
