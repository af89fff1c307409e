import type { Prng } from "@mutirao/primitives";
import { createEventLoop } from "../../event-loop.ts";
import { createForeignConn } from "../../foreign/foreign-conn.ts";
import type { Machine } from "../../network/machine.ts";
import type { MoverPlan } from "../plan.ts";
import type { LendingWorld } from "../world.ts";
import type { MoverState } from "./mover-state.ts";
import { listenForOrders, poll } from "./pull-mover.ts";
import { connectForLife } from "./push-mover.ts";

/** A worker of another team that goes where it is sent. */
export interface Mover {
  readonly plan: MoverPlan;
  readonly isHome: boolean;
  start(): void;
}

export function createMover(world: () => LendingWorld, plan: MoverPlan, machine: Machine, prng: Prng): Mover {
  const loop = createEventLoop(prng.fork("loop"));
  const state: MoverState = {
    world,
    plan,
    prng,
    at: plan.homeAt,
    missed: 0,
    dial(to, handler) {
      const views = createForeignConn(handler);
      views.attach(world().network.connect(machine, loop, machine.addresses[0], to, views.network));
      return views.conn;
    },
  };
  return {
    plan,
    get isHome() {
      return state.at === plan.homeAt;
    },
    start() {
      if (plan.style === "listening") listenForOrders(state, machine, loop);
      if (plan.style === "push") connectForLife(state);
      else poll(state);
    },
  };
}
