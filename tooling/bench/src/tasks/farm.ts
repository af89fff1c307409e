import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { NodeChild } from "../children/node-child.ts";
import type { SelfTime } from "../children/profile.ts";
import { profileDuring } from "../heartbeat/contestants.ts";
import type { Pace, Produced, TaskRange } from "./serve-producer.ts";

export type FarmName = "ours" | "bare";

/** All that are compared. */
export const FARMS: readonly FarmName[] = ["ours", "bare"];

export interface FarmSettings {
  /** Where what was accepted is: on the disk, it survives a crash. */
  readonly store: "memory" | "disk";
  readonly workers: number;
}

/** Tasks that a worker has at once. */
export const SLOTS = 64;

export const ROLES = ["producer", "dispatcher", "worker"] as const;
/** The dispatcher is the master, or what stands in its place. */
export type Role = (typeof ROLES)[number];

/** The processes of one contestant, a producer, a dispatcher and some workers. */
export type FarmProcesses = Readonly<Record<Role, readonly NodeChild[]>>;

/**
 * CPU time of the processes of a role since they began, those in which handlers run included, in microseconds;
 * `undefined` where it cannot be known.
 */
export type FarmCpu = Readonly<Record<Role, number | undefined>>;

/** A contestant that runs. */
export interface Farm {
  /** Hands in tasks as fast as they are accepted, until all have ended. */
  produce(range: TaskRange): Promise<Produced>;
  /** Hands in tasks at a rate; gives the counts of a histogram of how long they took. */
  pace(pace: Pace): Promise<Float64Array>;
  /** Asks for the result of each task; rejects unless it is what it must be. */
  check(range: TaskRange): Promise<void>;
  cpu(): Promise<FarmCpu>;
  /** Samples one process of the role while `work` goes on. */
  profile(role: Role, work: () => Promise<unknown>): Promise<readonly SelfTime[]>;
  stop(): Promise<void>;
}

/** What it takes to start the processes of a farm. */
export interface Site {
  /** Empty, and gone when the farm is stopped. */
  readonly directory: string;
  /** The process is stopped with the farm, also if the others cannot be started. */
  own(child: NodeChild): NodeChild;
}

const JOIN_POLL_MS = 20;
const JOIN_WAIT_MS = 30_000;

/** @param start gives the processes once they can be used; whether the workers have come is asked for here. */
export async function startFarm(start: (site: Site) => Promise<FarmProcesses>): Promise<Farm> {
  const directory = await mkdtemp(join(tmpdir(), "mutirao-bench-"));
  const children: NodeChild[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(children.map((child) => child.stop()));
    await rm(directory, { recursive: true });
  };
  const own = (child: NodeChild): NodeChild => {
    children.push(child);
    return child;
  };
  try {
    const processes = await start({ directory, own });
    await untilJoined(processes);
    return createFarm(processes, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

function createFarm(processes: FarmProcesses, stop: () => Promise<void>): Farm {
  const firstOf = (role: Role): NodeChild => {
    const [child] = processes[role];
    if (child === undefined) throw new Error(`the farm has no ${role}`);
    return child;
  };
  const producer = firstOf("producer");
  const cpuOf = async (role: Role): Promise<number | undefined> => {
    const times = await Promise.all(processes[role].map((child) => child.call<number | undefined>("cpuUs")));
    return times.reduce((sum, us) => (sum === undefined || us === undefined ? undefined : sum + us), 0);
  };
  return {
    produce: (range) => producer.call<Produced>("produce", range),
    pace: (pace) => producer.call<Float64Array>("pace", pace),
    check: (range) => producer.call("check", range),
    cpu: async () => ({
      producer: await cpuOf("producer"),
      dispatcher: await cpuOf("dispatcher"),
      worker: await cpuOf("worker"),
    }),
    profile: (role, work) => profileDuring(firstOf(role), work),
    stop,
  };
}

async function untilJoined({ producer: [producer], worker }: FarmProcesses): Promise<void> {
  for (const giveUpAtMs = performance.now() + JOIN_WAIT_MS; ; await sleep(JOIN_POLL_MS)) {
    const joined = await producer?.call<number>("workers");
    if (joined === worker.length) return;
    if (performance.now() > giveUpAtMs) throw new Error(`${joined} of ${worker.length} workers have come`);
  }
}
