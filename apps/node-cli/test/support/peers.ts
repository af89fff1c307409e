import { fileURLToPath } from "node:url";
import {
  type ForeignPeer,
  type ForeignProcess,
  type Processes,
  runForeign,
  startForeign,
} from "@mutirao/process-tests";

type PeerName = "brief" | "class" | "legacy" | "rude";

const peerFile = (name: PeerName): string => fileURLToPath(new URL(`../peers/${name}_peer.py`, import.meta.url));

/** Runs a foreign peer with exactly these arguments. */
export function runPeer(processes: Processes, name: PeerName, args: readonly string[]): ForeignProcess {
  return runForeign(processes, `${name} peer`, peerFile(name), args);
}

/** Starts a foreign peer on a free port (unless the flags name one) and waits until it listens. */
export function startPeer(processes: Processes, name: PeerName, ...flags: readonly string[]): Promise<ForeignPeer> {
  return startForeign(processes, `${name} peer`, peerFile(name), flags);
}
