import type { Prng } from "@mutirao/primitives";

/** Who has whom in its peer list. */
export type Topology = "mesh" | "ring" | "star" | "random";

export const topologies: readonly [Topology, ...Topology[]] = ["mesh", "ring", "star", "random"];

/** How many peers a node of the random kind has on average. */
const DEGREE = 4;

/** The peers of each node, by index. */
export function drawTopology(topology: Topology, nodes: number, prng: Prng): readonly (readonly number[])[] {
  const all = Array.from({ length: nodes }, (_, node) => node);
  return all.map((node) => peersOf(topology, node, all, prng));
}

function peersOf(topology: Topology, node: number, all: readonly number[], prng: Prng): readonly number[] {
  const nodes = all.length;
  switch (topology) {
    case "mesh":
      return all.filter((other) => other !== node);
    case "ring":
      return [...new Set([(node + 1) % nodes, (node + nodes - 1) % nodes])];
    case "star":
      return node === 0 ? all.slice(1) : [0];
    case "random":
      return all.filter((other) => other !== node && prng.chance(DEGREE / (nodes - 1)));
  }
}
