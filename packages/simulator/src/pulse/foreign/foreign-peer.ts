import { type Endpoint, formatEndpoint, type NodeId, nodeId, type Prng } from "@mutirao/primitives";
import { createEventLoop, type EventLoop } from "../../event-loop.ts";
import { createForeignConn, type ForeignConn, type ForeignConnHandler } from "../../foreign/foreign-conn.ts";
import type { Machine } from "../../network/machine.ts";
import type { SimNetwork } from "../../network/sim-network.ts";
import type { Scheduler } from "../../scheduler.ts";
import type { ForeignPlan } from "../swarm/plan.ts";
import { type ForeignSelf, foreignStyles } from "./styles.ts";

/** A foreign peer at work. */
export interface ForeignPeer {
  readonly plan: ForeignPlan;
  readonly loop: EventLoop;
  /** Whether whoever probes it must find it alive. */
  readonly isAlive: boolean;
  /** The id under which a node that configured it at `endpoint` must know it. */
  idAt(endpoint: Endpoint): NodeId;
  /** It stops bothering others, and goes on answering. */
  calmDown(): void;
}

export interface ForeignSurroundings {
  readonly scheduler: Scheduler;
  readonly network: SimNetwork;
  readonly machine: Machine;
  readonly prng: Prng;
  wasAnswered(): void;
}

export function startForeignPeer(plan: ForeignPlan, surroundings: ForeignSurroundings): ForeignPeer {
  const { scheduler, network, machine, prng, wasAnswered } = surroundings;
  const manners = foreignStyles[plan.style];
  const loop = createEventLoop(prng.fork("loop"));
  const dial = (to: Endpoint, handler: ForeignConnHandler): ForeignConn => {
    const views = createForeignConn(handler);
    views.attach(network.connect(machine, loop, plan.listensAt.host, to, views.network));
    return views.conn;
  };
  const { id, forgedId, intervalMs, victims } = plan;
  const after = (delayMs: number, run: () => void): void => scheduler.after(delayMs, run);
  const self: ForeignSelf = { id, forgedId, intervalMs, prng: prng.fork("manners"), dial, after, wasAnswered };
  let isCalm = false;

  network.listen(machine, loop, plan.listensAt, (socket) => {
    const views = createForeignConn(manners.hears(self));
    views.attach(socket);
    return views.network;
  });
  const speak = (): void => {
    if (isCalm) return;
    for (const victim of victims) manners.speaks?.(self, victim);
    after(intervalMs, speak);
  };
  if (manners.speaks !== undefined && victims.length > 0) after(prng.next() * intervalMs, speak);
  return {
    plan,
    loop,
    isAlive: manners.isAlive,
    idAt: (endpoint) => (manners.saysWho ? id : nodeId(formatEndpoint(endpoint))),
    calmDown() {
      isCalm = true;
    },
  };
}
