import { setTimeout as sleep } from "node:timers/promises";
import { type NodeChild, startNodeChild } from "../children/node-child.ts";
import type { NeighbourPorts, Neighbours } from "./neighbours.ts";

const GIVE_UP_MS = 60_000;

/** A node among neighbours, each in a process of its own. */
interface Street {
  readonly node: NodeChild;
  readonly neighbours: NodeChild;
}

interface Rhythm {
  readonly intervalMs: number;
  readonly timeoutMs: number;
}

/** All peers fall silent together. Gives how late each verdict was, in milliseconds. */
export async function measureVerdicts(peers: number, rhythm: Rhythm): Promise<readonly number[]> {
  return onStreet({ live: peers, mute: 0, absent: 0 }, [], rhythm, async ({ node, neighbours }) => {
    await until(async () => (await node.call<number>("alive")) === peers, `${peers} peers are ALIVE`);
    // Some intervals for everything to compile and settle.
    await sleep(3 * rhythm.intervalMs);
    await neighbours.call("fallSilent");
    await until(async () => (await node.call<number>("verdicts")) === peers, `${peers} peers are TIMEOUT`);
    return node.call<readonly number[]>("latenessMs");
  });
}

/**
 * One live peer among others. Gives the times between its beats, in milliseconds, and fails if it was ever accused.
 *
 * @param names host names that do not resolve.
 */
export async function measureGaps(
  others: Omit<Neighbours, "live">,
  names: readonly string[],
  rhythm: Rhythm,
  beats: number,
): Promise<readonly number[]> {
  return onStreet({ live: 1, ...others }, names, rhythm, async ({ node, neighbours }) => {
    await until(async () => (await node.call<number>("alive")) === 1, "the live peer is ALIVE");
    await sleep(3 * rhythm.intervalMs);
    await neighbours.call("takeGaps");
    await sleep(beats * rhythm.intervalMs);
    const accusations = await node.call<number>("verdicts");
    if (accusations > 0) throw new Error("a live peer was accused");
    return neighbours.call<readonly number[]>("takeGaps");
  });
}

async function onStreet<T>(
  wanted: Neighbours,
  names: readonly string[],
  rhythm: Rhythm,
  measure: (street: Street) => Promise<T>,
): Promise<T> {
  const neighbours = startNodeChild(new URL("./neighbour-process.ts", import.meta.url));
  const node = startNodeChild(new URL("./watched-node.ts", import.meta.url));
  try {
    const ports = await neighbours.call<NeighbourPorts>("listen", wanted);
    const addresses = [...ports.mute, ...ports.absent, ...ports.live].map((port) => `127.0.0.1:${port}`);
    const peers = [...names.map((name) => `${name}:9101`), ...addresses];
    await node.call("start", { peers, ...rhythm });
    return await measure({ node, neighbours });
  } finally {
    await Promise.all([node.stop(), neighbours.stop()]);
  }
}

async function until(isSo: () => Promise<boolean>, what: string): Promise<void> {
  for (const giveUpAtMs = performance.now() + GIVE_UP_MS; !(await isSo()); await sleep(50)) {
    if (performance.now() > giveUpAtMs) throw new Error(`it never happened that ${what}`);
  }
}
