import type { Prng } from "@mutirao/primitives";
import { link as between, type Disturbed } from "../calm.ts";
import type { Half } from "../network/half.ts";
import type { Link } from "../network/link.ts";
import type { Machine } from "../network/machine.ts";
import type { Stage } from "../stage.ts";
import { type Arena, type Fault, isOver } from "./fault.ts";

export interface Way {
  readonly from: Machine;
  readonly to: Machine;
}

/** A world whose network can be harmed. */
export interface NetworkStage extends Stage {
  /** The machines on which somebody lives who matters, or may come to live. */
  homes(): readonly Machine[];
  /** A way that somebody uses. */
  drawWay(prng: Prng): Way | undefined;
}

type NetworkArena = Arena<NetworkStage>;
type NetworkFault = Fault<NetworkArena>;

export type NetworkFaultName =
  | "partition"
  | "one-way"
  | "black-hole"
  | "swizzle"
  | "refusal"
  | "no-route"
  | "reset"
  | "mid-line-cut"
  | "vanish"
  | "slow-link"
  | "loss";

/** Changes links for a while, and remembers that what they connect was disturbed. */
function change(
  { world }: NetworkArena,
  name: NetworkFaultName,
  ways: readonly Way[],
  apply: (link: Link) => void,
  undo: (link: Link) => void,
): () => void {
  const links = ways.map(({ from, to }) => world.network.link(from, to));
  const ends = ways.map(({ from, to }) => world.calm.disturb(between(from.index, to.index), name));
  for (const link of links) apply(link);
  return () => {
    for (const link of links) {
      undo(link);
      if (link.blocks === 0) world.network.heal(link);
    }
    for (const end of ends) end();
  };
}

const block = (link: Link): void => void link.blocks++;
const unblock = (link: Link): void => void link.blocks--;

/** Every way from a machine in one group to one in the other. */
function waysBetween(group: readonly Machine[], others: readonly Machine[]): readonly Way[] {
  return group.flatMap((from) => others.filter((to) => to !== from).map((to) => ({ from, to })));
}

const bothWays = (ways: readonly Way[]): readonly Way[] =>
  ways.flatMap(({ from, to }) => [
    { from, to },
    { from: to, to: from },
  ]);

/** A fault of the one way between two machines. */
function wayFault(
  name: NetworkFaultName,
  what: string,
  apply: (link: Link) => void,
  undo: (link: Link) => void,
): NetworkFault {
  return {
    what,
    begin(arena) {
      const way = arena.world.drawWay(arena.prng);
      return way === undefined ? undefined : change(arena, name, [way], apply, undo);
    },
  };
}

function once(run: () => void): () => void {
  let isDone = false;
  return () => {
    if (!isDone) run();
    isDone = true;
  };
}

/** A fault of one open connection between two machines. */
function connectionFault(
  what: string,
  harm: (half: Half, world: NetworkStage, way: Disturbed) => (() => void) | undefined,
): NetworkFault {
  return {
    what,
    begin(arena) {
      const way = arena.world.drawWay(arena.prng);
      if (way === undefined) return undefined;
      const { world, prng } = arena;
      const open = world.network.connectionsBetween(way.from, way.to);
      const half = open[prng.integer(0, open.length - 1)];
      if (half === undefined) return undefined;
      // Either end may be the one that is writing.
      const end = prng.chance(0.5) ? half : (half.other ?? half);
      return harm(end, world, between(way.from.index, way.to.index));
    },
  };
}

/** Groups the machines of nodes at random; both groups have somebody in them. */
function split(arena: NetworkArena): readonly [readonly Machine[], readonly Machine[]] | undefined {
  const machines = arena.world.homes();
  const [one] = machines;
  if (one === undefined || machines.length < 2) return undefined;
  const group = machines.filter((machine) => machine !== one && arena.prng.chance(0.5));
  const rest = machines.filter((machine) => !group.includes(machine));
  return group.length === 0 ? [[one], rest.slice(1)] : [group, rest];
}

export const networkFaults: Readonly<Record<NetworkFaultName, NetworkFault>> = {
  partition: {
    what: "two groups of machines do not hear each other",
    begin(arena) {
      const groups = split(arena);
      if (groups === undefined) return undefined;
      return change(arena, "partition", bothWays(waysBetween(...groups)), block, unblock);
    },
  },

  "one-way": {
    what: "one group of machines does not hear the other, which hears it",
    begin(arena) {
      const groups = split(arena);
      return groups === undefined ? undefined : change(arena, "one-way", waysBetween(...groups), block, unblock);
    },
  },

  "black-hole": {
    what: "all that is sent to one machine, and by it, disappears",
    begin(arena) {
      const machines = arena.world.homes();
      const machine = machines[arena.prng.integer(0, machines.length - 1)];
      if (machine === undefined || machines.length < 2) return undefined;
      const ways = bothWays(waysBetween([machine], arena.world.machines));
      return change(arena, "black-hole", ways, block, unblock);
    },
  },

  swizzle: {
    what: "the links of one machine are blocked one by one, and released one by one in another order",
    begin(arena) {
      const { world, prng, durationMs } = arena;
      const machines = world.homes();
      const machine = machines[prng.integer(0, machines.length - 1)];
      if (machine === undefined || machines.length < 2) return undefined;
      for (const way of waysBetween([machine], machines)) {
        const beginsMs = 0.5 * durationMs * prng.next();
        const lastsMs = durationMs * prng.next();
        world.scheduler.after(beginsMs, () => {
          if (world.isCalmForGood) return;
          const end = change(arena, "swizzle", bothWays([way]), block, unblock);
          world.endLater(lastsMs, end);
        });
      }
      return isOver;
    },
  },

  refusal: wayFault(
    "refusal",
    "a firewall refuses every new connection from one machine to another",
    (link) => void link.refusals++,
    (link) => void link.refusals--,
  ),

  "no-route": wayFault(
    "no-route",
    "there is no route for new connections from one machine to another",
    (link) => void link.detours++,
    (link) => void link.detours--,
  ),

  reset: connectionFault("a connection is reset at both ends", (half, { network, calm }, way) => {
    // Both ends may hear of it at once.
    calm.jolt(way, "reset");
    network.cut(half);
    return isOver;
  }),

  "mid-line-cut": connectionFault("a connection is reset in the middle of the next line", (half, { calm }, way) => {
    if (half.out.cutNext !== undefined) return undefined;
    // The weather is bad from now until the line comes, or until the fault is over without one.
    const end = once(calm.disturb(way, "mid-line-cut"));
    half.out.cutNext = end;
    return () => {
      half.out.cutNext = undefined;
      end();
    };
  }),

  vanish: connectionFault(
    "a connection is forgotten on its way: nothing gets through, nobody is told",
    (half, { calm }, way) => {
      half.out.isSwallowed = true;
      if (half.other !== undefined) half.other.out.isSwallowed = true;
      calm.jolt(way, "vanish");
      return isOver;
    },
  ),

  "slow-link": {
    what: "a link is slow: 2 s of latency, 10 kbit/s",
    begin(arena) {
      const way = arena.world.drawWay(arena.prng);
      if (way === undefined) return undefined;
      const slow = (link: Link): void => {
        link.latencyMs += 2_000;
        link.bytesPerMs = 1.25;
      };
      const fast = (link: Link): void => {
        link.latencyMs -= 2_000;
        link.bytesPerMs = Number.POSITIVE_INFINITY;
      };
      return change(arena, "slow-link", bothWays([way]), slow, fast);
    },
  },

  loss: {
    what: "a link loses a fifth of its packets, so that TCP repeats them",
    begin(arena) {
      const way = arena.world.drawWay(arena.prng);
      if (way === undefined) return undefined;
      const lose = (link: Link): void => {
        link.lossRate = 0.2;
      };
      const keep = (link: Link): void => {
        link.lossRate = 0;
      };
      return change(arena, "loss", bothWays([way]), lose, keep);
    },
  },
};
