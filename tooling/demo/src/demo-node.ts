import { type ChildProcess, spawn } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

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
export interface DemoNode {
  readonly name: string;
  readonly port: number;
  /** Starts the process. Resolves when it listens. */
  start(): Promise<void>;
  /** Resolves with the next transition of this peer to this status that is printed after the call. */
  sees(peer: string, status: string): Promise<PrintedTransition>;
  /** The latest `last_seen` that it printed of the peer, in epoch seconds. */
  lastSeen(peer: string): number | undefined;
  /** Ends it as the system would end a process that crashes. */
  kill(): Promise<void>;
  /** Asks it to end. Resolves with its exit code. */
  stop(): Promise<number | null>;
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
  let child: ChildProcess | undefined;
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

  const ended = async (signal: NodeJS.Signals): Promise<number | null> => {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null;
    const exit = once(child, "exit");
    child.kill(signal);
    const [code] = await exit;
    return code;
  };

  return {
    name,
    port,
    async start() {
      // `process.execPath`, not a wrapper such as npx: killing a wrapper would leave the node behind.
      child = spawn(process.execPath, [nodeCli, ...flags, "--json"], { stdio: ["ignore", "pipe", "pipe"] });
      if (child.stdout === null || child.stderr === null) throw new Error("the node has no output");
      createInterface(child.stdout).on("line", read);
      const log = createInterface(child.stderr);
      const failed = once(child, "exit").then(([code]) => {
        throw new Error(`${name} ended with exit code ${code} before it listened on port ${port}`);
      });
      const listening = new Promise<void>((resolve) => {
        log.on("line", (line) => {
          if (line.includes('"event":"listening"')) resolve();
        });
      });
      await Promise.race([listening, failed]);
      failed.catch(() => {});
    },
    async sees(peer, status) {
      const [transition] = await once(printed, `${peer} ${status}`);
      return transition;
    },
    lastSeen: (peer) => lastSeen.get(peer),
    async kill() {
      await ended("SIGKILL");
    },
    stop: () => ended("SIGTERM"),
  };
}
