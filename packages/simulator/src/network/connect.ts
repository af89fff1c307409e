import { type Endpoint, isLoopback } from "@mutirao/primitives";
import type { EventLoop, Source } from "../event-loop.ts";
import { createHalf, createPipe, type Half, type SocketHandler } from "./half.ts";
import { drawDelayMs, type Link } from "./link.ts";
import { findListener, type Machine, takeEphemeralPort } from "./machine.ts";
import { breakHalf, keep, pump, sendReset, transmit, type Wire } from "./wire.ts";

/** What the handshake needs to know beyond the wire: who is where. */
export interface Routes {
  readonly wire: Wire;
  machineAt(from: Machine, host: string): Machine | undefined;
  link(from: Machine, to: Machine): Link;
  nextSource(): Source;
}

/** A SYN that is not answered is repeated after this long, then after twice as long, and so on. */
const SYN_RETRY_MS = 1_000;
const SYN_RETRIES_MAX = 6;

/** Asks for a connection. Its handler is told `opened` or `broken`, or nothing for as long as nobody answers. */
export function connect(
  routes: Routes,
  machine: Machine,
  loop: EventLoop,
  localHost: string | undefined,
  to: Endpoint,
  handler: SocketHandler,
): Half {
  const target = routes.machineAt(machine, to.host);
  const host = localHost ?? (isLoopback(to.host) ? to.host : (machine.addresses[0] ?? to.host));
  const half = createHalf({
    id: routes.nextSource(),
    machine,
    loop,
    local: { host, port: takeEphemeralPort(machine) },
    remote: to,
    out: createPipe(routes.link(machine, target ?? machine)),
    isDialler: true,
    handler,
    accept: undefined,
  });
  keep(routes.wire, half);
  sendSyn(routes, half, target, 0);
  return half;
}

function sendSyn(routes: Routes, half: Half, target: Machine | undefined, retries: number): void {
  const { scheduler, prng } = routes.wire;
  if (!half.exists || half.isOpen) return;
  const { link } = half.out;
  const delayMs = drawDelayMs(link, prng);
  if (target === undefined || link.detours > 0) {
    scheduler.after(delayMs, () => breakHalf(routes.wire, half, "unreachable"));
    return;
  }
  scheduler.after(delayMs, () => synArrives(routes, half, target));
  if (retries < SYN_RETRIES_MAX) {
    scheduler.after(SYN_RETRY_MS * 2 ** retries, () => sendSyn(routes, half, target, retries + 1));
  }
}

function synArrives(routes: Routes, half: Half, target: Machine): void {
  const { wire } = routes;
  const { link } = half.out;
  if (link.blocks > 0 || !target.isUp) return;
  const back = routes.link(target, half.machine);
  const listener = findListener(target, half.remote.host, half.remote.port);
  const isRefused = link.refusals > 0 || (half.other === undefined && listener === undefined);
  if (!isRefused && half.other === undefined && listener !== undefined) {
    const acceptor: Half = createHalf({
      id: routes.nextSource(),
      machine: target,
      loop: listener.loop,
      local: half.remote,
      remote: half.local,
      out: createPipe(back),
      isDialler: false,
      handler: undefined,
      accept: () => listener.accepted(acceptor),
    });
    acceptor.other = half;
    half.other = acceptor;
    keep(wire, acceptor);
  }
  wire.scheduler.after(drawDelayMs(back, wire.prng), () => {
    if (back.blocks > 0) return;
    if (isRefused) breakHalf(wire, half, "refused");
    else synIsAnswered(wire, half);
  });
}

function synIsAnswered(wire: Wire, half: Half): void {
  if (half.isOpen) return;
  if (!half.exists) {
    sendReset(wire, half);
    return;
  }
  half.isOpen = true;
  transmit(wire, half, { kind: "accept" }, 0);
  half.loop.post(half.id, () => {
    if (!half.isReleased) half.handler?.opened();
  });
  pump(wire, half);
}
