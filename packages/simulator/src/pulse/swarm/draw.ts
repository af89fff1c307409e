import { createPrng, type Endpoint, nodeId, type Prng } from "@mutirao/primitives";
import { logUniform } from "../../log-uniform.ts";
import { aliveWithinMs, stallMs } from "../bounds.ts";
import type { FaultName } from "../faults/pulse-fault.ts";
import { faultNames } from "../faults/table.ts";
import { drawForeigners, drawGhosts } from "./draw-foreigners.ts";
import { drawNetwork } from "./draw-network.ts";
import { drawLimits, drawNodeOptions, drawTempo, type Tempo } from "./draw-options.ts";
import { drawPlaces, type Places, spellings } from "./draw-places.ts";
import { drawTopology, topologies } from "./draw-topology.ts";
import type { ForeignPlan, NodePlan, SwarmPlan } from "./plan.ts";

/** Draws everything about a run from its seed: sizes, rhythm, places, who knows whom, what will go wrong. */
export function drawPlan(seed: string): SwarmPlan {
  const prng = createPrng(seed).fork("plan");
  const tempo = drawTempo(prng.fork("tempo"));
  const places = drawPlaces(drawSize(prng.fork("size")), prng.fork("places"));
  const enabled = drawFaults(prng.fork("faults"));
  const hasFlooder = enabled.includes("flood");
  const foreigners = drawForeigners(places, tempo, hasFlooder, prng.fork("foreigners"));
  const ghosts = drawGhosts(places, prng.fork("ghosts"));
  const nodes = drawNodes(places, tempo, foreigners, ghosts, prng.fork("nodes"));
  return {
    seed,
    network: drawNetwork(tempo, prng.fork("network")),
    machines: places.machines,
    darkMachines: places.darkMachines,
    names: places.names,
    nodes,
    foreigners,
    faults: enabled,
    ...drawLengths(nodes, tempo, prng.fork("lengths")),
  };
}

/** From here on not all nodes know each other: the pairs, and with them the time, would grow with the square. */
export const CROWD_NODES = 12;

/** Mostly a handful of nodes, which is where most mistakes show and most seeds run per second; sometimes many. */
function drawSize(prng: Prng): number {
  if (prng.chance(0.05)) return Math.round(logUniform(prng, CROWD_NODES, 40));
  return Math.min(prng.integer(2, 8), prng.integer(2, 8));
}

/** Each fault is in about a third of all runs: some mistakes only show while another fault is absent. */
function drawFaults(prng: Prng): readonly FaultName[] {
  if (prng.chance(0.08)) return [];
  const share = prng.pick([0.15, 0.3, 0.5, 0.7]);
  return faultNames.filter((name) => prng.chance(name === "flood" ? share / 3 : share));
}

function drawNodes(
  places: Places,
  tempo: Tempo,
  foreigners: readonly ForeignPlan[],
  ghosts: readonly Endpoint[],
  prng: Prng,
): readonly NodePlan[] {
  const { homes } = places;
  const topology = homes.length >= CROWD_NODES ? "random" : prng.pick(topologies);
  const neighbours = drawTopology(topology, homes.length, prng.fork("topology"));
  const sharesId = prng.chance(0.15);
  return homes.map((own, node): NodePlan => {
    const draw = prng.fork(`node-${node}`);
    const known = (neighbours[node] ?? []).flatMap((other) => homes[other] ?? []);
    const peers = [...known, ...(draw.chance(0.2) ? own : [])].flatMap((home) => spell(places, home, draw));
    for (const { listensAt } of foreigners) if (draw.chance(0.6)) peers.push(listensAt);
    for (const ghost of ghosts) if (draw.chance(0.5)) peers.push(ghost);
    const isFlooded = foreigners.some(({ style, victims }) => style === "flooder" && livesAt(places, own, victims));
    const options = drawNodeOptions(tempo, peers, draw);
    return {
      id: nodeId(sharesId && node === 1 ? "node-0" : `node-${node}`),
      homes: own,
      options,
      limits: drawLimits(tempo, isFlooded, draw),
      clock: { originMs: draw.pick([0, 1e6, 3e8]) * draw.next(), rate: draw.chance(0.4) ? 0.9 + 0.2 * draw.next() : 1 },
      wakeLateMs: draw.next() * Math.min(20, tempo.slackMs / 16),
      startsAtMs: draw.chance(0.5) ? 0 : draw.next() * 2 * tempo.intervalMs,
      diesForGood: draw.chance(0.25),
    };
  });
}

const livesAt = (places: Places, [first]: NodePlan["homes"], victims: readonly Endpoint[]): boolean =>
  victims.some(({ host, port }) => spellings(places, first)[0].host === host && first.listensAt.port === port);

/** Mostly one spelling; sometimes an alias as well, sometimes the same twice. */
function spell(places: Places, home: NodePlan["homes"][0], prng: Prng): Endpoint[] {
  const ways = spellings(places, home);
  const first = prng.pick(ways);
  if (!prng.chance(0.15)) return [first];
  return [first, prng.pick(ways)];
}

/** How many beats a run is to have, about: more would find more in one run and leave less time for other runs. */
const BEATS_WANTED = 800;

const CROWD_PAIRS = 100;

function drawLengths(
  nodes: readonly NodePlan[],
  { intervalMs, timeoutMs }: Tempo,
  prng: Prng,
): Pick<SwarmPlan, "safetyMs" | "livenessMs" | "faultGapMs" | "faultMaxMs"> {
  const pairs = nodes.reduce((sum, { options }) => sum + options.peers.length, 1);
  const affordableMs = (BEATS_WANTED * intervalMs) / pairs;
  // Dozens of timeouts, or in a crowd a few: there the number of pairs makes up for the time.
  const timeoutsMin = pairs > CROWD_PAIRS ? 4 : 12;
  const safetyMs = Math.max(timeoutsMin * timeoutMs, Math.min(40 * timeoutMs, affordableMs));
  const boundsMs = nodes.flatMap((node) => node.options.peers.map((peer) => aliveWithinMs(node, peer) + stallMs(node)));
  const boundMs = Math.max(0, ...boundsMs);
  return {
    safetyMs,
    // Long enough for every bound to be reached, by slow clocks too, and for a few timeouts of peace after it.
    livenessMs: 1.2 * boundMs + 4 * timeoutMs,
    faultGapMs: safetyMs / logUniform(prng, 6, 40),
    faultMaxMs: timeoutMs * logUniform(prng, 1, 5),
  };
}
