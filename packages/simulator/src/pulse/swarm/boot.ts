import { createHeartbeatNode } from "@mutirao/node-core";
import { assert, type Endpoint, formatEndpoint, isIpLiteral, type NodeId, nodeId } from "@mutirao/primitives";
import { link, name } from "../../calm.ts";
import { createEventLoop } from "../../event-loop.ts";
import { createHostClock } from "../../host-clock.ts";
import { createSimHost, type Step } from "../../hosts/sim-host.ts";
import { ANY_HOST } from "../../network/machine.ts";
import type { DeathStyle } from "../../network/sim-network.ts";
import { createLedger } from "./ledger.ts";
import type { NodeLife, Slot, Target, World } from "./world.ts";

/** What the world does with what its nodes do. */
export interface Watch {
  stepped(life: NodeLife, step: Step): void;
  began(life: NodeLife): void;
  stopped(life: NodeLife): void;
  ended(life: NodeLife): void;
  nextParty(): number;
}

/** Starts a node: a new process, which knows nothing of the one before it. */
export function boot(world: World, watch: Watch, slot: Slot): NodeLife {
  assert(slot.life === undefined, "a slot has one life at a time");
  const { id, plan, home } = slot;
  const machine = world.machines[home.machine];
  assert(machine !== undefined, "a home is on a machine");
  machine.isUp = true;
  const number = watch.nextParty();
  const prng = world.prng.fork(`life-${number}`);
  const loop = createEventLoop(prng.fork("loop"));
  const clock = createHostClock(plan.clock.originMs, plan.clock.rate);
  const core = createHeartbeatNode(id, plan.options, prng.fork("core"));
  const ledger = createLedger(plan.options.peers);
  const lateness = prng.fork("lateness");
  const { scheduler, network, names } = world;
  const host = createSimHost({
    core,
    limits: plan.limits,
    place: {
      scheduler,
      network,
      names,
      machine,
      loop,
      clock,
      prng: prng.fork("transport"),
      localHost: home.listensAt.host === ANY_HOST ? undefined : home.listensAt.host,
      lateNewsRate: world.plan.network.lateNewsRate,
      hasDescriptors: () => life.descriptorShortages === 0,
    },
    drawLatenessMs: () => lateness.next() * (plan.wakeLateMs + life.timerLagMs),
    onStep: (step) => watch.stepped(life, step),
    onEndedByStop: (conn) => life.endedByStop.push(conn),
  });
  const life: NodeLife = {
    number,
    label: `node ${slot.index} (${id}) at ${formatEndpoint(home.listensAt)}`,
    loop,
    machine,
    listensAt: home.listensAt,
    bornAt: scheduler.now,
    isAlive: true,
    idAt: () => id,
    slot,
    id,
    clock,
    core,
    host,
    ledger,
    targets: targetsOf(world, slot, ledger),
    endedByStop: [],
    timerLagMs: 0,
    descriptorShortages: 0,
  };
  slot.life = life;
  slot.boots++;
  watch.began(life);
  assert(host.start(home.listensAt), "the address of a node is free when it starts");
  return life;
}

/** The process is gone from one moment to the next. */
export function crash(world: World, watch: Watch, life: NodeLife, style: DeathStyle): void {
  world.network.end(life.loop, style);
  end(watch, life);
}

/** The process ends as it does on SIGTERM. */
export function stop(world: World, watch: Watch, life: NodeLife): void {
  life.host.stop();
  watch.stopped(life);
  world.network.end(life.loop, "closed");
  end(watch, life);
}

function end(watch: Watch, life: NodeLife): void {
  life.slot.life = undefined;
  watch.ended(life);
}

export const newId = (slot: Slot): NodeId => nodeId(`${slot.plan.id}.${slot.boots}`);

/** Where a configured endpoint leads, by the name service's true records. */
function addressOf(world: World, endpoint: Endpoint): Endpoint | undefined {
  if (isIpLiteral(endpoint.host)) return endpoint;
  const record = world.nameRecords.get(endpoint.host);
  return record === undefined ? undefined : { host: record.address, port: endpoint.port };
}

function targetsOf(world: World, slot: Slot, ledger: NodeLife["ledger"]): readonly Target[] {
  return [...ledger.targets.values()].map((record) => {
    const address = addressOf(world, record.endpoint);
    const machine = world.machines.find(({ addresses }) => address !== undefined && addresses.includes(address.host));
    const disturbances = machine === undefined ? [] : [link(slot.home.machine, machine.index)];
    if (!isIpLiteral(record.endpoint.host)) disturbances.push(name(record.endpoint.host));
    return { record, address, disturbances };
  });
}

export const describeLife = ({ label }: NodeLife): string => label;
