import type { EventLoop } from "../event-loop.ts";
import type { Half, SocketHandler } from "./half.ts";

/** A computer on the network: its addresses, its listeners, and whether it is on. */
export interface Machine {
  readonly index: number;
  readonly addresses: readonly string[];
  /** Off, or cut from the network entirely: what is sent to it is never answered. */
  isUp: boolean;
  /** By port. A listener hears on one address, or on all of the machine's if that is {@link ANY_HOST}. */
  readonly listeners: Map<number, Listener[]>;
  nextEphemeralPort: number;
}

/** The address on which a process listens that hears on all addresses of its machine. */
export const ANY_HOST = "0.0.0.0";

export interface Listener {
  readonly host: string;
  readonly port: number;
  readonly loop: EventLoop;
  /** Called for each connection that the machine accepted for this listener. */
  accepted(half: Half): SocketHandler;
}

const EPHEMERAL_PORT_MIN = 32_768;
const EPHEMERAL_PORT_MAX = 60_999;
const EPHEMERAL_PORTS = EPHEMERAL_PORT_MAX - EPHEMERAL_PORT_MIN + 1;
/** Machines begin at different ports, so that two connections rarely come from one port number. */
const EPHEMERAL_PORT_STRIDE = 1_009;

export const createMachine = (index: number, addresses: readonly string[]): Machine => ({
  index,
  addresses,
  isUp: true,
  listeners: new Map(),
  nextEphemeralPort: EPHEMERAL_PORT_MIN + ((index * EPHEMERAL_PORT_STRIDE) % EPHEMERAL_PORTS),
});

export function takeEphemeralPort(machine: Machine): number {
  const port = machine.nextEphemeralPort;
  machine.nextEphemeralPort = port === EPHEMERAL_PORT_MAX ? EPHEMERAL_PORT_MIN : port + 1;
  return port;
}

export function findListener(machine: Machine, host: string, port: number): Listener | undefined {
  const hears = (listener: Listener): boolean => listener.host === host || listener.host === ANY_HOST;
  return machine.listeners.get(port)?.find((listener) => hears(listener) && !listener.loop.isDead);
}

export function removeListener(machine: Machine, listener: Listener): void {
  const others = (machine.listeners.get(listener.port) ?? []).filter((other) => other !== listener);
  if (others.length === 0) machine.listeners.delete(listener.port);
  else machine.listeners.set(listener.port, others);
}
