import { type Profiler, Session } from "node:inspector/promises";
import { fileURLToPath } from "node:url";

/** The time spent in one function. Shares are of all samples in which the process was not idle. */
export interface SelfTime {
  readonly name: string;
  /** The file, from the workspace's root on, with the line; empty for the engine's own entries. */
  readonly place: string;
  /** In the function itself. */
  readonly selfShare: number;
  /** In the function and whatever it called. */
  readonly totalShare: number;
}

const SAMPLE_EVERY_US = 200;
const session = new Session();

export async function startProfile(): Promise<void> {
  session.connect();
  await session.post("Profiler.enable");
  await session.post("Profiler.setSamplingInterval", { interval: SAMPLE_EVERY_US });
  await session.post("Profiler.start");
}

/** Ends the profile and gives the functions with the most self time, the greatest first. */
export async function stopProfile(): Promise<readonly SelfTime[]> {
  const { profile } = await session.post("Profiler.stop");
  session.disconnect();
  return selfTimes(profile);
}

type Node = Profiler.ProfileNode;

interface Count {
  readonly name: string;
  readonly place: string;
  self: number;
  total: number;
}

function selfTimes({ nodes, samples = [] }: Profiler.Profile): readonly SelfTime[] {
  const nodesById = new Map(nodes.map((node) => [node.id, node]));
  const parents = new Map(nodes.flatMap((node) => (node.children ?? []).map((child) => [child, node] as const)));
  const counts = new Map<string, Count>();
  let busy = 0;
  for (const sample of samples) {
    const leaf = nodesById.get(sample);
    if (leaf === undefined || leaf.callFrame.functionName === "(idle)") continue;
    busy += 1;
    countFor(counts, leaf).self += 1;
    // A function that calls itself is on the stack several times, and takes the time once.
    for (const count of new Set(stackOf(leaf, parents).map((node) => countFor(counts, node)))) count.total += 1;
  }
  return [...counts.values()]
    .map(({ name, place, self, total }) => ({ name, place, selfShare: self / busy, totalShare: total / busy }))
    .sort((a, b) => b.selfShare - a.selfShare);
}

function stackOf(leaf: Node, parents: ReadonlyMap<number, Node>): readonly Node[] {
  const stack: Node[] = [];
  for (let node: Node | undefined = leaf; node !== undefined; node = parents.get(node.id)) stack.push(node);
  return stack;
}

function countFor(counts: Map<string, Count>, { callFrame }: Node): Count {
  const { functionName, url, lineNumber } = callFrame;
  const name = functionName === "" ? "(anonymous)" : functionName;
  const place = url === "" ? "" : `${placeOf(url)}:${lineNumber + 1}`;
  const key = `${name} ${place}`;
  const count = counts.get(key) ?? { name, place, self: 0, total: 0 };
  counts.set(key, count);
  return count;
}

const WORKSPACE_ROOT = fileURLToPath(new URL("../../../../", import.meta.url));

function placeOf(url: string): string {
  return url.startsWith("file:") ? fileURLToPath(url).replace(WORKSPACE_ROOT, "").replaceAll("\\", "/") : url;
}
