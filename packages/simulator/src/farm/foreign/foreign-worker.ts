import type { Endpoint, Prng } from "@mutirao/primitives";
import { createEventLoop, type EventLoop } from "../../event-loop.ts";
import { createForeignConn } from "../../foreign/foreign-conn.ts";
import type { Machine } from "../../network/machine.ts";
import type { ForeignWorkerPlan } from "../plan.ts";
import type { FarmWorld } from "../world.ts";
import { type ForeignProcess, work } from "./foreign-process.ts";
import { createPullManners } from "./pull.ts";
import { createPushManners } from "./push.ts";

/** A worker of another team at work. It is started again when it dies. */
export interface ForeignWorker {
  readonly plan: ForeignWorkerPlan;
  readonly machine: Machine;
  readonly isAlive: boolean;
  start(): void;
  /** It is killed, and started again after a while. */
  kill(): void;
  /** It behaves from now on. */
  calmDown(): void;
}

const PUSH_PORT_ABOVE = 1;

export function createForeignWorker(
  world: () => FarmWorld,
  plan: ForeignWorkerPlan,
  machine: Machine,
  masterAt: Endpoint,
  prng: Prng,
): ForeignWorker {
  let loop: EventLoop | undefined;
  let isCalm = false;
  let lives = 0;
  const to = plan.style === "push" ? { host: masterAt.host, port: masterAt.port + PUSH_PORT_ABOVE } : masterAt;

  const kill = (): void => {
    if (loop === undefined) return;
    world().network.end(loop, prng.chance(0.5) ? "closed" : "reset");
    loop = undefined;
    world().scheduler.after(plan.restartMs, start);
  };

  const start = (): void => {
    if (loop !== undefined) return;
    const own = createEventLoop(prng.fork(`loop-${lives++}`));
    loop = own;
    const process: ForeignProcess = {
      plan,
      prng,
      world: world(),
      get isOver() {
        return own.isDead;
      },
      isRude: (manner, rate = 0.3) => !isCalm && plan.manners.includes(manner) && prng.chance(rate),
      dial(handler) {
        const views = createForeignConn(handler);
        views.attach(world().network.connect(machine, own, machine.addresses[0], to, views.network));
        return views.conn;
      },
      after: (delayMs, run) => world().scheduler.after(delayMs, () => own.isDead || run()),
      work: (line, done) => work(process, line, done, kill),
    };
    (plan.style === "push" ? createPushManners : createPullManners)(process);
  };

  return {
    plan,
    machine,
    get isAlive() {
      return loop !== undefined;
    },
    start,
    kill,
    calmDown() {
      isCalm = true;
    },
  };
}
