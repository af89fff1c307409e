import { setTimeout as sleep } from "node:timers/promises";
import { effectiveConnectionsMax } from "@mutirao/transport-tcp";
import { type NodeChild, startNodeChild } from "../children/node-child.ts";
import type { SelfTime } from "../children/profile.ts";
import { busyShare, type Usage } from "../children/usage.ts";
import { addCounts, quantileMs } from "../histogram.ts";
import { profileDuring } from "./contestants.ts";
import type { Crowd, Watched } from "./crowd/crowd.ts";
import { rotated, type Timing } from "./rounds.ts";

export type ProberName = "ours" | "bare";

/** One prober in one round. */
export interface CrowdFigures {
  readonly beatsPerSecond: number;
  /** Of one core. */
  readonly busyShare: number;
  readonly cpuUsPerBeat: number;
  readonly p50LateMs: number;
  readonly p99LateMs: number;
  readonly rssBytesPerPeer: number;
  readonly heapBytesPerPeer: number;
}

export interface CrowdResult {
  readonly peers: number;
  readonly figures: ReadonlyMap<ProberName, readonly CrowdFigures[]>;
  readonly profile: readonly SelfTime[];
}

const INTERVAL_MS = 1_000;
/** Intervals between the last connection and the window, in which everything compiles and settles. */
const SETTLE_INTERVALS = 3;
const CONNECT_WAIT_MS = 60_000;
const MODULES = {
  ours: new URL("./crowd/our-prober.ts", import.meta.url),
  bare: new URL("./crowd/bare-holder.ts", import.meta.url),
};

/** Lets each prober in turn, in a fresh process, beat the same crowd. */
export async function runCrowdRounds(
  peersWanted: number,
  timing: Timing,
  progress: (line: string) => void,
): Promise<CrowdResult> {
  // Node raises its limit of open files as far as it may by itself; what is left is all that there is.
  const peers = effectiveConnectionsMax({ connectionsMax: peersWanted });
  const figures = { ours: [] as CrowdFigures[], bare: [] as CrowdFigures[] };
  const profile: SelfTime[] = [];
  const crowds = startCrowds(peers);
  try {
    const crowd: Crowd = { ports: await listenAll(crowds, peers), intervalMs: INTERVAL_MS };
    for (let round = 0; round < timing.rounds; round++) {
      for (const name of rotated(["ours", "bare"] as const, round)) {
        progress(`crowd: round ${round + 1} of ${timing.rounds}, ${name}`);
        const isProfiled = name === "ours" && round === timing.rounds - 1;
        const profileMs = isProfiled ? timing.profileMs : undefined;
        const measured = await measureProber(name, crowd, crowds, timing.windowMs, profileMs);
        figures[name].push(measured.figures);
        profile.push(...measured.profile);
      }
    }
  } finally {
    await Promise.all(crowds.map((crowd) => crowd.stop()));
  }
  return { peers, figures: new Map(Object.entries(figures) as [ProberName, CrowdFigures[]][]), profile };
}

/** As many processes as it takes: a peer takes two files of its process, a listener and a connection. */
function startCrowds(peers: number): readonly NodeChild[] {
  const processes = Math.ceil((2 * peers) / effectiveConnectionsMax({ connectionsMax: 2 * peers }));
  return Array.from({ length: processes }, () => startNodeChild(new URL("./crowd/peers.ts", import.meta.url)));
}

async function listenAll(crowds: readonly NodeChild[], peers: number): Promise<readonly number[]> {
  const share = Math.ceil(peers / crowds.length);
  const ports = crowds.map((crowd, index) => crowd.call<number[]>("listen", Math.min(share, peers - index * share)));
  return (await Promise.all(ports)).flat();
}

async function measureProber(
  name: ProberName,
  crowd: Crowd,
  crowds: readonly NodeChild[],
  windowMs: number,
  profileMs: number | undefined,
): Promise<{ readonly figures: CrowdFigures; readonly profile: readonly SelfTime[] }> {
  const prober = startNodeChild(MODULES[name]);
  try {
    const empty = await prober.call<Usage>("usage", { collect: true });
    await prober.call("hold", crowd);
    await untilConnections(crowds, (open) => open === crowd.ports.length, `${name} has a connection to every peer`);
    await sleep(SETTLE_INTERVALS * crowd.intervalMs);
    const figures = await watch(prober, crowd, crowds, windowMs, empty);
    const answered = await prober.call<number>("answered");
    if (answered < crowd.ports.length) throw new Error(`${name} was answered by ${answered} peers only`);
    const profile = profileMs === undefined ? [] : await profileDuring(prober, () => sleep(profileMs));
    return { figures, profile };
  } finally {
    await prober.stop();
    // The next prober must not find the connections of this one still closing.
    await untilConnections(crowds, (open) => open === 0, `the connections of ${name} are gone`);
  }
}

async function watch(
  prober: NodeChild,
  { ports, intervalMs }: Crowd,
  crowds: readonly NodeChild[],
  windowMs: number,
  empty: Usage,
): Promise<CrowdFigures> {
  await Promise.all(crowds.map((crowd) => crowd.call("beginWatching", intervalMs)));
  const from = await prober.call<Usage>("usage");
  await sleep(windowMs);
  const to = await prober.call<Usage>("usage");
  const watched = await Promise.all(crowds.map((crowd) => crowd.call<Watched>("endWatching")));
  const full = await prober.call<Usage>("usage", { collect: true });
  const lateness = addCounts(watched.map((part) => part.lateness));
  const beats = watched.reduce((sum, part) => sum + part.beats, 0);
  const beatsPerSecond = (1_000 * beats) / (to.atMs - from.atMs);
  const share = busyShare(from, to);
  return {
    beatsPerSecond,
    busyShare: share,
    cpuUsPerBeat: (1_000_000 * share) / beatsPerSecond,
    p50LateMs: quantileMs(lateness, 0.5),
    p99LateMs: quantileMs(lateness, 0.99),
    rssBytesPerPeer: (full.rssBytes - empty.rssBytes) / ports.length,
    heapBytesPerPeer: (full.heapBytes - empty.heapBytes) / ports.length,
  };
}

async function untilConnections(
  crowds: readonly NodeChild[],
  isDone: (open: number) => boolean,
  what: string,
): Promise<void> {
  for (const giveUpAtMs = performance.now() + CONNECT_WAIT_MS; ; await sleep(50)) {
    const open = await Promise.all(crowds.map((crowd) => crowd.call<number>("connections")));
    const total = open.reduce((sum, count) => sum + count, 0);
    if (isDone(total)) return;
    if (performance.now() > giveUpAtMs) throw new Error(`it never happened that ${what}: ${total} are open`);
  }
}
