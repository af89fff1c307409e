import type { Endpoint, Prng } from "@mutirao/primitives";
import { ANY_HOST } from "../../network/machine.ts";
import type { HomePlan, NamePlan } from "./plan.ts";

/** Where everybody lives, and how they can be called. */
export interface Places {
  readonly machines: (readonly string[])[];
  readonly darkMachines: number[];
  readonly names: NamePlan[];
  /** The homes of each node. */
  readonly homes: (readonly [HomePlan, ...HomePlan[]])[];
}

const PORT = 9_101;
const ADDRESSES_PER_NET = 250;

/** The `index`-th machine's address in the net that is called `net`. */
const addressIn = (net: number, index: number): string =>
  `10.${net}.${Math.floor(index / ADDRESSES_PER_NET)}.${(index % ADDRESSES_PER_NET) + 1}`;

export function drawPlaces(nodes: number, prng: Prng): Places {
  const places: Places = { machines: [], darkMachines: [], names: [], homes: [] };
  const isShared = prng.chance(0.15);
  const hasSecondHomes = prng.chance(0.5);
  for (let node = 0; node < nodes; node++) {
    const machine = isShared ? sharedMachine(places, prng) : addMachine(places, prng);
    const first = homeOn(places, machine, PORT + (isShared ? node : 0), !isShared && prng.chance(0.2));
    if (hasSecondHomes && prng.chance(0.6)) places.homes.push([first, secondHome(places, first, prng)]);
    else places.homes.push([first]);
  }
  return places;
}

export function addMachine(places: Places, prng: Prng): number {
  const index = places.machines.length;
  const address = addressIn(0, index);
  places.machines.push(prng.chance(0.3) ? [address, addressIn(1, index)] : [address]);
  if (prng.chance(0.5)) places.names.push({ name: `m${index}.sim`, address, isBad: undefined });
  return index;
}

function sharedMachine(places: Places, prng: Prng): number {
  return places.machines.length === 0 || prng.chance(0.3) ? addMachine(places, prng) : places.machines.length - 1;
}

function homeOn(places: Places, machine: number, port: number, onAll: boolean): HomePlan {
  const host = onAll ? ANY_HOST : (places.machines[machine]?.[0] ?? ANY_HOST);
  return { machine, listensAt: { host, port } };
}

/** Another port of the same machine, or another machine. */
function secondHome(places: Places, first: HomePlan, prng: Prng): HomePlan {
  if (prng.chance(0.5)) return { ...first, listensAt: { ...first.listensAt, port: first.listensAt.port + 1_000 } };
  return homeOn(places, addMachine(places, prng), PORT, false);
}

/** How a home can be written in a peer list: by the address that it listens on, by another of its machine, by a name. */
export function spellings(places: Places, home: HomePlan): readonly [Endpoint, ...Endpoint[]] {
  const { host, port } = home.listensAt;
  const addresses = places.machines[home.machine] ?? [];
  const [first = host] = addresses;
  const heard = host === ANY_HOST ? addresses : [first];
  const names = places.names.filter(({ address, isBad }) => isBad === undefined && heard.includes(address));
  const others = [...heard.slice(1), ...names.map(({ name }) => name)];
  return [{ host: first, port }, ...others.map((other) => ({ host: other, port }))];
}
