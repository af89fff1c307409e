import { type Endpoint, formatEndpoint, type Prng } from "@mutirao/primitives";
import { createCalm } from "../../calm.ts";
import type { Counters } from "../../counters.ts";
import type { EventLoop } from "../../event-loop.ts";
import type { Way } from "../../faults/network-faults.ts";
import { ANY_HOST, type Machine } from "../../network/machine.ts";
import { createNameService } from "../../network/name-service.ts";
import { createSimNetwork } from "../../network/sim-network.ts";
import { createScheduler, worldMs } from "../../scheduler.ts";
import { startForeignPeer } from "../foreign/foreign-peer.ts";
import type { ForeignPlan, NodePlan, SwarmPlan } from "./plan.ts";
import type { Party, Slot, World } from "./world.ts";

/** A world in which nobody lives yet but the foreign peers. */
export interface Creation {
  readonly world: World;
  /** Whoever begins to live is entered here. */
  enter(party: Party): void;
  nextParty(): number;
  /** Ends every fault that is under way. */
  endFaults(): void;
}

export function createWorld(plan: SwarmPlan, counters: Counters, prng: Prng): Creation {
  const scheduler = createScheduler();
  const saw = (what: string): void => counters.count(`wire ${what}`);
  const network = createSimNetwork(scheduler, prng.fork("network"), { ...plan.network, saw });
  const names = createNameService(scheduler, plan.network.nameDelayMs);
  const machines = plan.machines.map((addresses) => network.addMachine(addresses));
  for (const dark of plan.darkMachines) {
    const machine = machines[dark];
    if (machine !== undefined) machine.isUp = false;
  }
  const parties = new Map<EventLoop, Party>();
  const openFaults = new Set<() => void>();
  let partyCount = 0;
  const nextParty = (): number => partyCount++;
  const world: World = {
    plan,
    prng,
    scheduler,
    network,
    names,
    nameRecords: new Map(plan.names.map(({ name, address }) => [name, names.add(name, address)])),
    machines,
    slots: plan.nodes.map(createSlot),
    foreigners: plan.foreigners.map((foreign, index) => startForeigner(foreign, index)),
    calm: createCalm(() => scheduler.now),
    counters,
    isCalmForGood: false,
    homes: () => homesOf(world),
    drawWay: (from) => drawWay(world, from),
    endLater(afterMs, end) {
      const endOnce = (): void => {
        if (openFaults.delete(endOnce)) end();
      };
      openFaults.add(endOnce);
      scheduler.after(afterMs, endOnce);
    },
    occupantOf: (address) => occupantOf(world, parties, address),
    partyOn: (loop) => parties.get(loop),
  };
  function startForeigner(foreign: ForeignPlan, index: number): World["foreigners"][number] {
    const machine = machines[foreign.machine] ?? network.addMachine([foreign.listensAt.host]);
    const wasAnswered = (): void => counters.count("path foreign beat answered");
    const peer = startForeignPeer(foreign, {
      scheduler,
      network,
      machine,
      prng: prng.fork(`foreign-${index}`),
      wasAnswered,
    });
    const { loop, isAlive, idAt } = peer;
    parties.set(loop, {
      number: nextParty(),
      loop,
      listensAt: foreign.listensAt,
      machine,
      bornAt: worldMs(0),
      isAlive,
      idAt,
    });
    return peer;
  }
  for (const { name, isBad } of plan.names) {
    const record = world.nameRecords.get(name);
    if (record !== undefined && isBad === "hangs") record.hangs++;
    if (record !== undefined && isBad === "unknown") record.denials++;
  }
  return {
    world,
    nextParty,
    enter: (party) => void parties.set(party.loop, party),
    endFaults() {
      for (const end of [...openFaults]) end();
    },
  };
}

const createSlot = (plan: NodePlan, index: number): Slot => ({
  index,
  plan,
  life: undefined,
  home: plan.homes[0],
  id: plan.id,
  boots: 0,
  isDead: false,
});

/** A listener hears on its own address, or on every address of its machine. */
function occupantOf(world: World, parties: ReadonlyMap<EventLoop, Party>, address: Endpoint): Party | undefined {
  for (const { life } of world.slots) {
    if (life === undefined || life.listensAt.port !== address.port) continue;
    const { host } = life.listensAt;
    if (host === address.host || (host === ANY_HOST && life.machine.addresses.includes(address.host))) return life;
  }
  for (const { plan, loop } of world.foreigners) {
    if (formatEndpoint(plan.listensAt) === formatEndpoint(address)) return parties.get(loop);
  }
  return undefined;
}

/** The machines on which nodes live, or may come to live. */
function homesOf({ slots, machines }: World): readonly Machine[] {
  const indexes = new Set(slots.flatMap(({ plan }) => plan.homes.map(({ machine }) => machine)));
  return machines.filter(({ index }) => indexes.has(index));
}

/** A way from where a node lives to where it has a peer. */
function drawWay({ slots, machines }: World, prng: Prng): Way | undefined {
  const lives = slots.flatMap(({ life }) => (life === undefined ? [] : [life]));
  const life = lives[prng.integer(0, lives.length - 1)];
  const target = life?.targets[prng.integer(0, life.targets.length - 1)];
  const to = machines.find(({ addresses }) => addresses.includes(target?.address?.host ?? ""));
  if (life === undefined || to === undefined || to === life.machine) return undefined;
  return { from: life.machine, to };
}
