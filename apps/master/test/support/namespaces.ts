import { spawnSync } from "node:child_process";
import type { Processes } from "@mutirao/process-tests";
import type { Site } from "./town.ts";

/** Whether this machine lets us make networks: Linux, as root, with `ip` of iproute2. */
export const canMakeNetworks = process.getuid?.() === 0 && makesNamespace(`mt${process.pid}`);

function makesNamespace(name: string): boolean {
  if (spawnSync("ip", ["netns", "add", name]).status !== 0) return false;
  spawnSync("ip", ["netns", "delete", name]);
  return true;
}

/** Machines with a network of their own, between which the line can be cut. */
export interface Network {
  readonly sites: readonly Site[];
  /** Cuts a machine off from the others. Nobody is told: what is sent is lost. */
  cut(index: number): void;
  heal(index: number): void;
  /** Everything that was made is gone. */
  remove(): void;
}

const PORT = 9_101;

/**
 * A namespace per machine, on a bridge in one more. Whoever tests has a line to each for itself, for the HTTP API, that
 * is never cut. The addresses are from 198.18.0.0/15, which is for tests of networks and routed nowhere.
 */
export function makeNetwork(processes: Processes, machines: number): Network {
  const hub = `mt${process.pid}h`;
  const names = Array.from({ length: machines }, (_, index) => `mt${process.pid}n${index}`);
  const remove = (): void => {
    for (const name of [hub, ...names]) spawnSync("ip", ["netns", "delete", name]);
  };
  try {
    ip("netns", "add", hub);
    ip("-n", hub, "link", "add", "bridge", "type", "bridge");
    ip("-n", hub, "link", "set", "bridge", "up");
    for (const [index, name] of names.entries()) connect(hub, name, index);
  } catch (error) {
    remove();
    throw error;
  }
  return {
    sites: names.map((name, index) => siteIn(processes, name, index)),
    cut: (index) => ip("-n", hub, "link", "set", `port${index}`, "down"),
    heal: (index) => ip("-n", hub, "link", "set", `port${index}`, "up"),
    remove,
  };
}

const addressOf = (index: number): string => `198.18.0.${index + 1}`;
const watched = (index: number): string => `198.19.${index}.2`;
const watcher = (index: number): string => `198.19.${index}.1`;

function connect(hub: string, name: string, index: number): void {
  const own = `mt${process.pid}w${index}`;
  ip("netns", "add", name);
  ip("-n", name, "link", "set", "lo", "up");
  ip("link", "add", "line", "netns", name, "type", "veth", "peer", `port${index}`, "netns", hub);
  ip("-n", hub, "link", "set", `port${index}`, "master", "bridge", "up");
  ip("-n", name, "address", "add", `${addressOf(index)}/24`, "dev", "line");
  ip("-n", name, "link", "set", "line", "up");
  // Gone with the namespace, as its other end is in there.
  ip("link", "add", own, "type", "veth", "peer", "watched", "netns", name);
  ip("address", "add", `${watcher(index)}/30`, "dev", own);
  ip("link", "set", own, "up");
  ip("-n", name, "address", "add", `${watched(index)}/30`, "dev", "watched");
  ip("-n", name, "link", "set", "watched", "up");
}

function siteIn(processes: Processes, name: string, index: number): Site {
  const host = addressOf(index);
  const http = `${watched(index)}:${PORT + 1_000}`;
  const flags = ["--host", host, "--port", `${PORT}`, "--http", http];
  return {
    place: { host, port: PORT, address: `${host}:${PORT}`, http, flags },
    processes: {
      ...processes,
      // `ip` makes way for the command, so that signals reach it.
      start: (title, command, args) => processes.start(title, "ip", ["netns", "exec", name, command, ...args]),
    },
  };
}

function ip(...args: readonly string[]): void {
  const { status, stderr } = spawnSync("ip", args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`ip ${args.join(" ")}: ${stderr}`);
}
