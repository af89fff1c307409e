import {
  forceCollide,
  forceLink,
  forceManyBody,
  forceSimulation,
  forceX,
  forceY,
  type SimulationLinkDatum,
  type SimulationNodeDatum,
} from "d3-force";

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface LayoutInput {
  readonly ids: readonly string[];
  /** Pairs of ids that should be near each other. */
  readonly links: readonly (readonly [string, string])[];
  /** Width per height of the room that there is. */
  readonly aspect: number;
  /** How much room a node needs around it. */
  readonly radius: number;
}

/** Puts masters in the plane, a little better with each step, until it settles: from then on it costs nothing. */
export interface Layout {
  /** What is to be laid out from now on. Nodes that were there stay where they were, and it settles anew. */
  set(input: LayoutInput): void;
  /** Steps until it has settled, or `outOfTime` says so. `true`: it has settled. */
  advance(outOfTime: () => boolean): boolean;
  readonly isSettled: boolean;
  positions(): ReadonlyMap<string, Point>;
}

interface Node extends SimulationNodeDatum {
  readonly id: string;
}

const ALPHA_MIN = 0.02;
/** About 130 steps. */
const ALPHA_DECAY = 0.03;
const CENTRE_PULL = 0.05;

export function createLayout(): Layout {
  const nodes = new Map<string, Node>();
  const simulation = forceSimulation<Node>().stop().alphaMin(ALPHA_MIN).alphaDecay(ALPHA_DECAY);
  let isSettled = true;
  let shape = "";

  return {
    set(input) {
      const { ids, links, aspect, radius } = input;
      const asked = JSON.stringify([ids, links, Math.round(aspect * 4), radius]);
      if (asked === shape) return;
      shape = asked;
      keepOnly(nodes, new Set(ids));
      for (const id of ids) if (!nodes.has(id)) nodes.set(id, { id, ...beginning(nodes.size, radius, aspect) });
      const known = links.filter(([a, b]) => nodes.has(a) && nodes.has(b));
      simulation.nodes([...nodes.values()]);
      simulation
        .force(
          "charge",
          forceManyBody<Node>()
            .strength(-6 * radius)
            .distanceMax(12 * radius),
        )
        .force("collide", forceCollide<Node>(radius))
        .force("x", forceX<Node>(0).strength(CENTRE_PULL / Math.max(1, aspect)))
        .force("y", forceY<Node>(0).strength(CENTRE_PULL * Math.max(1, aspect)))
        .force(
          "link",
          forceLink<Node, SimulationLinkDatum<Node>>(known.map(([source, target]) => ({ source, target })))
            .id(({ id }) => id)
            .distance(3.2 * radius)
            .strength(0.2),
        )
        .alpha(1);
      isSettled = nodes.size === 0;
    },
    advance(outOfTime) {
      while (!isSettled && !outOfTime()) {
        simulation.tick();
        isSettled = simulation.alpha() < ALPHA_MIN;
      }
      return isSettled;
    },
    get isSettled() {
      return isSettled;
    },
    positions: () => new Map([...nodes.values()].map(({ id, x, y }) => [id, { x: x ?? 0, y: y ?? 0 }])),
  };
}

function keepOnly(nodes: Map<string, Node>, ids: ReadonlySet<string>): void {
  for (const id of nodes.keys()) if (!ids.has(id)) nodes.delete(id);
}

const GOLDEN_ANGLE = Math.PI * (3 - Math.sqrt(5));

/** A sunflower: evenly spread from the first moment on, so that a crowd has little to settle. */
function beginning(n: number, radius: number, aspect: number): Point {
  const distance = 1.2 * radius * Math.sqrt(n + 0.5);
  const stretch = Math.sqrt(aspect);
  return {
    x: distance * stretch * Math.cos(n * GOLDEN_ANGLE),
    y: (distance / stretch) * Math.sin(n * GOLDEN_ANGLE),
  };
}
