import { EventEmitter, once } from "node:events";
import { fileURLToPath } from "node:url";
import { createDemoProcess, type DemoProcess } from "./demo-process.ts";

/** A change of a peer's status, as node-cli prints it with `--json`. */
export interface PrintedTransition {
  readonly event: "transition";
  readonly at: number;
  readonly peer: string;
  readonly from: string;
  readonly to: string;
  readonly reason: string;
}

/** One node of the demonstration: a process of its own, like one that a team would run. */
export interface DemoNode extends DemoProcess {
  readonly name: string;
  readonly port: number;
  /** Resolves with the next transition of this peer to this status that is printed after the call. */
  sees(peer: string, status: string): Promise<PrintedTransition>;
  /** The latest `last_seen` that it printed of the peer, in epoch seconds. */
  lastSeen(peer: string): number | undefined;
}

export interface DemoNodeOptions {
  readonly name: string;
  readonly port: number;
  readonly peerPorts: readonly number[];
  readonly intervalS: number;
  readonly timeoutS: number;
}

const nodeCli = fileURLToPath(import.meta.resolve("node-cli/main"));

export function createDemoNode({ name, port, peerPorts, intervalS, timeoutS }: DemoNodeOptions): DemoNode {
  const printed = new EventEmitter();
  const lastSeen = new Map<string, number>();
  const peers = peerPorts.flatMap((peerPort) => ["--peer", `127.0.0.1:${peerPort}`]);
  const flags = ["--id", name, "--port", `${port}`, ...peers, "--interval", `${intervalS}`, "--timeout", `${timeoutS}`];

  const read = (line: string): void => {
    const entry = JSON.parse(line);
    if (entry.event === "transition") printed.emit(`${entry.peer} ${entry.to}`, entry);
    if (entry.event !== "registry") return;
    for (const [id, { last_seen }] of Object.entries<{ last_seen: number | null }>(entry.registry)) {
      if (last_seen !== null) lastSeen.set(id, last_seen);
    }
  };

  const node = createDemoProcess({
    name,
    main: nodeCli,
    flags: [...flags, "--json"],
    readyEvent: "listening",
    onLine: read,
  });
  return {
    ...node,
    name,
    port,
    async sees(peer, status) {
      const [transition] = await once(printed, `${peer} ${status}`);
      return transition;
    },
    lastSeen: (peer) => lastSeen.get(peer),
  };
}
