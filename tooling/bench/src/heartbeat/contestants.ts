import { type NodeChild, startNodeChild } from "../children/node-child.ts";
import type { SelfTime } from "../children/profile.ts";
import { findPython, startPythonChild } from "../children/python-child.ts";
import type { CpuReading, Usage } from "../children/usage.ts";
import type { Load } from "./load/load.ts";

export type ContestantName = "ours" | "bare" | "unparsed" | "echo" | "python";

/** A server that can be loaded, not started yet. */
export interface Contestant {
  readonly name: ContestantName;
  readonly answers: Load["answers"];
  /** Whether it closes after one answer, so that it can only be loaded with a connection per beat. */
  readonly isOneShotOnly: boolean;
  start(): Promise<RunningServer>;
}

export interface RunningServer {
  readonly port: number;
  usage(): Promise<CpuReading>;
  /** Samples the server while `work` goes on; where the server can. */
  profileDuring(work: () => Promise<unknown>): Promise<readonly SelfTime[]>;
  stop(): Promise<void>;
}

const nodeServer = (name: ContestantName, module: URL, answers: Load["answers"] = "node"): Contestant => ({
  name,
  answers,
  isOneShotOnly: false,
  async start() {
    const child = startNodeChild(module);
    return {
      port: await child.call<number>("listen"),
      usage: () => child.call<Usage>("usage"),
      profileDuring: (work) => profileDuring(child, work),
      stop: child.stop,
    };
  },
});

export async function profileDuring(child: NodeChild, work: () => Promise<unknown>): Promise<readonly SelfTime[]> {
  await child.call("startProfile");
  await work();
  return child.call<readonly SelfTime[]>("stopProfile");
}

const pythonPeer = (python: string): Contestant => ({
  name: "python",
  answers: "node",
  isOneShotOnly: true,
  async start() {
    const child = await startPythonChild(python, new URL("../peers/brief_peer.py", import.meta.url));
    return {
      port: child.port,
      usage: async () => ({ atMs: performance.now(), cpuUs: 1_000_000 * (await child.cpuSeconds()) }),
      profileDuring: async () => [],
      stop: child.stop,
    };
  },
});

/** Every contestant that this machine can run, by name. */
export function findContestants(): ReadonlyMap<ContestantName, Contestant> {
  const python = findPython();
  const all = [
    nodeServer("ours", new URL("./servers/ours.ts", import.meta.url)),
    nodeServer("bare", new URL("./servers/bare.ts", import.meta.url)),
    nodeServer("unparsed", new URL("./servers/unparsed.ts", import.meta.url)),
    nodeServer("echo", new URL("./servers/echo.ts", import.meta.url), "echo"),
  ];
  if (python !== undefined) all.push(pythonPeer(python));
  return new Map(all.map((contestant) => [contestant.name, contestant]));
}
