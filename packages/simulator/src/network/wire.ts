import { assert, type Prng } from "@mutirao/primitives";
import type { EventLoop } from "../event-loop.ts";
import { type Scheduler, worldMs } from "../scheduler.ts";
import type { Breakage, Half, Segment } from "./half.ts";
import { drawDelayMs, type Link } from "./link.ts";
import { drawCuts, type StreamStyle } from "./stream-style.ts";

/** What can be seen of a network's faults at work, for the counters. */
export type WireSight = "swallowed" | "cut-in-mid-line" | "stalled" | "gave-up" | "merged" | "cut-in-chunks";

/** What the functions of the network share. */
export interface Wire {
  readonly scheduler: Scheduler;
  readonly prng: Prng;
  readonly style: StreamStyle;
  /** How long the system repeats what is not acknowledged before it gives the connection up. */
  readonly giveUpMs: number;
  readonly halves: Map<EventLoop, Set<Half>>;
  /** Halves whose stream waits for a link to heal. */
  readonly stalled: Set<Half>;
  saw(what: WireSight): void;
}

/** The system keeps a closed connection for so long, to take in what the other side had sent already. */
const LINGER_MS = 1_000;
/** After a link heals, what waits is repeated within twice the time it waited, and at most within this. */
const RETRANSMIT_MAX_MS = 60_000;

export function keep(wire: Wire, half: Half): void {
  const known = wire.halves.get(half.loop);
  if (known === undefined) wire.halves.set(half.loop, new Set([half]));
  else known.add(half);
}

/** From now on the system does not know the connection. */
export function forget(wire: Wire, half: Half): void {
  half.exists = false;
  half.out.unsent.length = 0;
  half.out.unsentBytes = 0;
  wire.stalled.delete(half);
  const known = wire.halves.get(half.loop);
  known?.delete(half);
  if (known?.size === 0) wire.halves.delete(half.loop);
}

export function write(wire: Wire, half: Half, bytes: Uint8Array): void {
  const { out } = half;
  if (!half.exists || half.isReleased || out.isFinQueued || bytes.length === 0) return;
  if (out.cutNext !== undefined && half.isOpen) {
    cutInMidLine(wire, half, bytes);
    return;
  }
  out.unsent.push(bytes);
  out.unsentBytes += bytes.length;
  pump(wire, half);
}

export function end(wire: Wire, half: Half): void {
  if (!half.exists || half.out.isFinQueued) return;
  half.out.isFinQueued = true;
  pump(wire, half);
}

/** The process closes: what it wrote is sent, what arrives is dropped. */
export function release(wire: Wire, half: Half): void {
  if (half.isReleased) return;
  end(wire, half);
  half.isReleased = true;
  for (const segment of half.unread.splice(0)) if (segment.kind === "data") credit(wire, half, segment.bytes.length);
  if (half.hasReceivedFin && half.out.isFinSent) forget(wire, half);
  else wire.scheduler.after(LINGER_MS, () => half.out.isFinSent && forget(wire, half));
}

/** The process breaks the connection. */
export function abort(wire: Wire, half: Half): void {
  half.isReleased = true;
  half.handler = undefined;
  if (!half.exists) return;
  forget(wire, half);
  sendReset(wire, half);
}

/** The connection breaks for this end. */
export function breakHalf(wire: Wire, half: Half, why: Breakage): void {
  if (!half.exists) return;
  forget(wire, half);
  half.loop.post(half.id, () => half.handler?.broken(why));
}

export function sendReset(wire: Wire, half: Half): void {
  wire.scheduler.after(drawDelayMs(half.out.link, wire.prng), () => {
    if (half.out.isSwallowed || half.out.link.blocks > 0 || half.other === undefined) return;
    breakHalf(wire, half.other, "reset");
  });
}

/** Gives the system as much as the window has room for. */
export function pump(wire: Wire, half: Half): void {
  const { out } = half;
  if (!half.isOpen) return;
  for (let first = out.unsent[0]; first !== undefined; first = out.unsent[0]) {
    const room = wire.style.windowBytes - out.inFlightBytes;
    if (room <= 0) return;
    const taken = first.length <= room ? first : first.subarray(0, room);
    if (taken === first) out.unsent.shift();
    else out.unsent[0] = first.subarray(room);
    out.unsentBytes -= taken.length;
    sendData(wire, half, taken);
  }
  if (!out.isFinQueued || out.isFinSent) return;
  out.isFinSent = true;
  transmit(wire, half, { kind: "fin" }, 0);
}

function sendData(wire: Wire, half: Half, bytes: Uint8Array): void {
  const { out } = half;
  out.inFlightBytes += bytes.length;
  if (out.lastData !== undefined && wire.prng.chance(wire.style.mergeRate)) {
    out.lastData.bytes = concat(out.lastData.bytes, bytes);
    wire.saw("merged");
    return;
  }
  const cuts = drawCuts(bytes.length, wire.style, wire.prng);
  if (cuts.length > 1) wire.saw("cut-in-chunks");
  let start = 0;
  for (const length of cuts) {
    const segment: Segment = { kind: "data", bytes: bytes.subarray(start, start + length) };
    start += length;
    out.lastData = segment;
    transmit(wire, half, segment, length);
  }
}

export function transmit(wire: Wire, half: Half, segment: Segment, bytes: number): void {
  const { out } = half;
  const { scheduler } = wire;
  const startsAt = Math.max(scheduler.now, out.busyUntil);
  out.busyUntil = worldMs(startsAt + bytes / out.link.bytesPerMs);
  const arrivesAt = Math.max(out.lastArrivalAt, out.busyUntil + drawDelayMs(out.link, wire.prng));
  out.lastArrivalAt = worldMs(arrivesAt);
  if (segment.kind === "fin") out.lastData = undefined;
  scheduler.at(out.lastArrivalAt, () => arrive(wire, half, segment));
}

function arrive(wire: Wire, from: Half, segment: Segment): void {
  const { out } = from;
  if (out.lastData === segment) out.lastData = undefined;
  if (out.isSwallowed) {
    wire.saw("swallowed");
    return;
  }
  if (out.link.blocks === 0 && out.stalled.length === 0) {
    deliver(wire, from, segment);
    return;
  }
  out.stalled.push(segment);
  if (out.stalled.length > 1) return;
  const since = wire.scheduler.now;
  out.stalledSince = since;
  wire.stalled.add(from);
  wire.saw("stalled");
  wire.scheduler.after(wire.giveUpMs, () => {
    if (out.stalled.length === 0 || out.stalledSince !== since || !from.exists) return;
    wire.saw("gave-up");
    breakHalf(wire, from, "gave-up");
  });
}

/** A link has healed: what waited for it comes after all, a little later. */
export function heal(wire: Wire, link: Link): void {
  const { scheduler, prng, stalled } = wire;
  for (const half of stalled) {
    if (half.out.link !== link) continue;
    const waitedMs = scheduler.now - half.out.stalledSince;
    scheduler.after(prng.next() * Math.min(2 * waitedMs, RETRANSMIT_MAX_MS), () => flush(wire, half));
  }
}

function flush(wire: Wire, half: Half): void {
  const { out } = half;
  if (out.link.blocks > 0 || out.isSwallowed) return;
  wire.stalled.delete(half);
  for (const segment of out.stalled.splice(0)) deliver(wire, half, segment);
}

function deliver(wire: Wire, from: Half, segment: Segment): void {
  const to = from.other;
  assert(to !== undefined, "only a connection that was answered carries anything");
  if (!to.machine.isUp) return;
  if (!to.exists) {
    sendReset(wire, to);
    return;
  }
  to.loop.post(to.id, () => take(wire, to, segment));
}

/** The process reads. */
function take(wire: Wire, half: Half, segment: Segment): void {
  if (half.isReadPaused && !half.isReleased) {
    half.unread.push(segment);
    return;
  }
  if (segment.kind === "accept") {
    accept(wire, half);
    return;
  }
  if (segment.kind === "data") credit(wire, half, segment.bytes.length);
  else half.hasReceivedFin = true;
  if (half.isReleased) {
    if (half.hasReceivedFin && half.out.isFinSent && half.exists) forget(wire, half);
  } else if (segment.kind === "data") half.handler?.received(segment.bytes);
  else half.handler?.ended();
}

function accept(wire: Wire, half: Half): void {
  half.isOpen = true;
  half.handler = half.accept?.();
  pump(wire, half);
}

export function resumeReading(wire: Wire, half: Half): void {
  half.isReadPaused = false;
  while (!half.isReadPaused) {
    const segment = half.unread.shift();
    if (segment === undefined) return;
    take(wire, half, segment);
  }
}

/** Bytes were read, so the window of the sender has room for as many more. */
function credit(wire: Wire, reader: Half, bytes: number): void {
  const sender = reader.other;
  if (sender === undefined) return;
  sender.out.inFlightBytes -= bytes;
  if (sender.out.unsentBytes === 0 && !sender.out.isFinQueued) return;
  pump(wire, sender);
  sender.loop.post(sender.id, () => sender.handler?.drained());
}

function cutInMidLine(wire: Wire, half: Half, bytes: Uint8Array): void {
  const { other, out } = half;
  out.cutNext?.();
  out.cutNext = undefined;
  wire.saw("cut-in-mid-line");
  sendData(wire, half, bytes.subarray(0, Math.ceil(bytes.length / 2)));
  wire.scheduler.at(out.lastArrivalAt, () => {
    if (other !== undefined) breakHalf(wire, other, "reset");
  });
  breakHalf(wire, half, "reset");
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
