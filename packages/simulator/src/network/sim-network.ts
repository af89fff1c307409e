import { assert, type Endpoint, isLoopback, type Prng } from "@mutirao/primitives";
import type { EventLoop } from "../event-loop.ts";
import type { Scheduler } from "../scheduler.ts";
import { connect, type Routes } from "./connect.ts";
import type { Half, SocketHandler } from "./half.ts";
import { createLink, type Link } from "./link.ts";
import { createMachine, type Listener, type Machine, removeListener } from "./machine.ts";
import type { StreamStyle } from "./stream-style.ts";
import {
  abort,
  breakHalf,
  end,
  forget,
  heal,
  release,
  resumeReading,
  type Wire,
  type WireSight,
  write,
} from "./wire.ts";

/** One end of a connection, as its process holds it. */
export interface SimSocket {
  readonly local: Endpoint;
  readonly remote: Endpoint;
  /** Bytes written that the system has not taken yet. */
  readonly unsentBytes: number;
  /** Which process is at the other end. No process can see this; checkers can. */
  readonly otherLoop: EventLoop | undefined;
  write(bytes: Uint8Array): void;
  /** Sends FIN after all that was written; reading goes on. */
  end(): void;
  /** Sends what was written, then FIN; what arrives is dropped, and of it nothing is told. */
  release(): void;
  /** Breaks the connection with RST; nothing more is told. */
  abort(): void;
  pauseReading(): void;
  resumeReading(): void;
}

/** How a process ends: the system closes its connections with FIN or RST, or (a power cut) says nothing at all. */
export type DeathStyle = "closed" | "reset" | "silent";

export interface SimNetworkOptions {
  readonly style: StreamStyle;
  readonly latencyMs: number;
  readonly jitterMs: number;
  readonly giveUpMs: number;
  saw(what: WireSight): void;
}

/** Machines, the links between them, and the TCP that runs over the links. */
export interface SimNetwork {
  addMachine(addresses: readonly string[]): Machine;
  /** The way from one machine to another. A machine's way to itself is fast and never blocked by faults. */
  link(from: Machine, to: Machine): Link;
  /** Must be called when a link is no longer blocked. */
  heal(link: Link): void;
  /** Lets a process listen; `undefined` if the address is taken. */
  listen(
    machine: Machine,
    loop: EventLoop,
    at: Endpoint,
    accept: (socket: SimSocket) => SocketHandler,
  ): Listening | undefined;
  connect(
    machine: Machine,
    loop: EventLoop,
    localHost: string | undefined,
    to: Endpoint,
    handler: SocketHandler,
  ): SimSocket;
  /** The process on this loop is no more. */
  end(loop: EventLoop, style: DeathStyle): void;
  /** The dialling ends of the connections between two machines that are open now, either way. */
  connectionsBetween(a: Machine, b: Machine): readonly Half[];
  /** Breaks a connection at both ends. */
  cut(half: Half): void;
  /** How many ends of connections are known to the systems of all machines. */
  readonly openHalves: number;
}

export interface Listening {
  readonly endpoint: Endpoint;
  stop(): void;
}

/** A machine's way to itself takes this long. */
const LOOPBACK_LATENCY_MS = 0.02;

interface State {
  readonly options: SimNetworkOptions;
  readonly wire: Wire;
  readonly machines: Machine[];
  readonly byAddress: Map<string, Machine>;
  readonly links: Map<number, Link>;
  nextSource: number;
}

export function createSimNetwork(scheduler: Scheduler, prng: Prng, options: SimNetworkOptions): SimNetwork {
  const { style, giveUpMs, saw } = options;
  const wire: Wire = { scheduler, prng, style, giveUpMs, saw, halves: new Map(), stalled: new Set() };
  const state: State = { options, wire, machines: [], byAddress: new Map(), links: new Map(), nextSource: 1 };
  const routes: Routes = {
    wire,
    machineAt: (from, host) => (isLoopback(host) && !state.byAddress.has(host) ? from : state.byAddress.get(host)),
    link: (from, to) => linkOf(state, from, to),
    nextSource: () => state.nextSource++,
  };
  return {
    addMachine: (addresses) => addMachine(state, addresses),
    link: routes.link,
    heal: (link) => heal(wire, link),
    listen: (machine, loop, at, accept) => listen(wire, machine, loop, at, accept),
    connect: (machine, loop, localHost, to, handler) =>
      socketOf(wire, connect(routes, machine, loop, localHost, to, handler)),
    end: (loop, deathStyle) => endProcess(state, loop, deathStyle),
    connectionsBetween: (a, b) => connectionsBetween(wire, a, b),
    cut(half) {
      if (half.other !== undefined) breakHalf(wire, half.other, "reset");
      breakHalf(wire, half, "reset");
    },
    get openHalves() {
      let count = 0;
      for (const halves of wire.halves.values()) count += halves.size;
      return count;
    },
  };
}

function addMachine(state: State, addresses: readonly string[]): Machine {
  const machine = createMachine(state.machines.length, addresses);
  state.machines.push(machine);
  for (const address of addresses) {
    assert(!state.byAddress.has(address), `two machines have the address ${address}`);
    state.byAddress.set(address, machine);
  }
  return machine;
}

const MACHINES_MAX = 4_096;

function linkOf({ links, options }: State, from: Machine, to: Machine): Link {
  const key = from.index * MACHINES_MAX + to.index;
  const known = links.get(key);
  if (known !== undefined) return known;
  const link = from === to ? createLink(LOOPBACK_LATENCY_MS, 0) : createLink(options.latencyMs, options.jitterMs);
  links.set(key, link);
  return link;
}

function listen(
  wire: Wire,
  machine: Machine,
  loop: EventLoop,
  at: Endpoint,
  accept: (socket: SimSocket) => SocketHandler,
): Listening | undefined {
  const port = at.port === 0 ? freePort(machine) : at.port;
  const onPort = (machine.listeners.get(port) ?? []).filter((other) => !other.loop.isDead);
  if (onPort.some((other) => other.host === at.host)) return undefined;
  const listener: Listener = { host: at.host, port, loop, accepted: (half) => accept(socketOf(wire, half)) };
  machine.listeners.set(port, [...onPort, listener]);
  return { endpoint: { host: at.host, port }, stop: () => removeListener(machine, listener) };
}

function freePort(machine: Machine): number {
  let port = 9_000;
  while (machine.listeners.has(port)) port++;
  return port;
}

function socketOf(wire: Wire, half: Half): SimSocket {
  return {
    local: half.local,
    remote: half.remote,
    get unsentBytes() {
      return half.out.unsentBytes;
    },
    get otherLoop() {
      return half.other?.loop;
    },
    write: (bytes) => write(wire, half, bytes),
    end: () => end(wire, half),
    release: () => release(wire, half),
    abort: () => abort(wire, half),
    pauseReading() {
      half.isReadPaused = true;
    },
    resumeReading: () => resumeReading(wire, half),
  };
}

function endProcess({ wire, machines }: State, loop: EventLoop, style: DeathStyle): void {
  loop.kill();
  for (const half of [...(wire.halves.get(loop) ?? [])]) {
    if (style === "silent") forget(wire, half);
    else if (style === "reset") abort(wire, half);
    else {
      end(wire, half);
      forget(wire, half);
    }
  }
  for (const machine of machines) {
    for (const listeners of [...machine.listeners.values()]) {
      for (const listener of listeners) if (listener.loop === loop) removeListener(machine, listener);
    }
  }
}

function connectionsBetween(wire: Wire, a: Machine, b: Machine): readonly Half[] {
  const found: Half[] = [];
  for (const halves of wire.halves.values()) {
    for (const half of halves) {
      if (!half.isDialler || !half.isOpen || half.other === undefined) continue;
      const [from, to] = [half.machine, half.other.machine];
      if ((from === a && to === b) || (from === b && to === a)) found.push(half);
    }
  }
  return found;
}
