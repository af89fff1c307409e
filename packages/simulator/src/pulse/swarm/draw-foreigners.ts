import { type Endpoint, nodeId, type Prng } from "@mutirao/primitives";
import { type ForeignStyle, foreignStyles } from "../foreign/styles.ts";
import type { Tempo } from "./draw-options.ts";
import { addMachine, type Places, spellings } from "./draw-places.ts";
import type { ForeignPlan } from "./plan.ts";

const FOREIGN_PORT = 8_000;
const FOREIGNERS_MAX = 4;
const styles = Object.keys(foreignStyles) as readonly ForeignStyle[];

/** Peers of other teams. Each lives on a machine of its own, so that nobody is muted for its bad manners. */
export function drawForeigners(places: Places, tempo: Tempo, hasFlooder: boolean, prng: Prng): readonly ForeignPlan[] {
  const count = prng.chance(0.3) ? 0 : prng.integer(1, FOREIGNERS_MAX);
  const drawn = Array.from({ length: count }, () => styles[prng.integer(0, styles.length - 1)] ?? "brief");
  const others = drawn.filter((style) => style !== "flooder");
  const wanted: readonly ForeignStyle[] = hasFlooder ? [...others, "flooder"] : others;
  const homes = places.homes.map(([first]) => first);
  return wanted.map((style, index) => {
    const machine = addMachine(places, prng);
    const host = places.machines[machine]?.[0] ?? "";
    const victims = homes.filter(() => style === "flooder" || prng.chance(0.4));
    return {
      style,
      id: nodeId(`foreign-${index}-${style}`),
      forgedId: nodeId(`node-${prng.integer(0, homes.length - 1)}`),
      machine,
      listensAt: { host, port: FOREIGN_PORT + index },
      victims: victims.slice(0, style === "flooder" ? 1 : 3).map((home) => spellings(places, home)[0]),
      intervalMs: tempo.intervalMs * (0.7 + prng.next()),
    };
  });
}

/** Peers that do not exist: nobody listens, nobody is there, the machine is off, the name is bad. */
export function drawGhosts(places: Places, prng: Prng): readonly Endpoint[] {
  const ghosts: Endpoint[] = [];
  if (prng.chance(0.2)) ghosts.push({ host: places.machines[0]?.[0] ?? "10.9.9.9", port: 7 });
  if (prng.chance(0.2)) ghosts.push({ host: "10.255.0.1", port: 9_101 });
  if (prng.chance(0.2)) {
    const machine = addMachine(places, prng);
    places.darkMachines.push(machine);
    ghosts.push({ host: places.machines[machine]?.[0] ?? "", port: 9_101 });
  }
  for (const isBad of ["hangs", "unknown"] as const) {
    if (!prng.chance(0.15)) continue;
    for (let count = prng.integer(1, 3); count > 0; count--) {
      const name = `${isBad}-${count}.sim`;
      places.names.push({ name, address: "10.254.0.1", isBad });
      ghosts.push({ host: name, port: 9_101 });
    }
  }
  return ghosts;
}
