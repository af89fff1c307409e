import type { Endpoint, Prng } from "@mutirao/primitives";
import { createEventLoop } from "../../event-loop.ts";
import { isAck, isQuery } from "../../farm/foreign/foreign-process.ts";
import { type Execution, markerOf } from "../../farm/truth.ts";
import { createForeignConn, type ForeignConn, type ForeignConnHandler } from "../../foreign/foreign-conn.ts";
import type { Machine } from "../../network/machine.ts";
import type { MoverPlan } from "../plan.ts";
import type { LendingWorld } from "../world.ts";
import * as words from "./class-words.ts";

/** A worker of another team that asks for each task, and goes where it is sent. */
export interface Mover {
  readonly plan: MoverPlan;
  readonly isHome: boolean;
  start(): void;
}

interface State {
  readonly world: () => LendingWorld;
  readonly plan: MoverPlan;
  readonly prng: Prng;
  readonly dial: (to: Endpoint, handler: ForeignConnHandler) => ForeignConn;
  at: Endpoint;
  /** Questions in a row that nobody answered. */
  missed: number;
}

/** It goes home by itself after so many questions without an answer. */
const MISSES_MAX = 3;
const REPORTS_MAX = 6;

export function createMover(world: () => LendingWorld, plan: MoverPlan, machine: Machine, prng: Prng): Mover {
  const loop = createEventLoop(prng.fork("loop"));
  const state: State = {
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
    start: () => pollSoon(state),
  };
}

function pollSoon(state: State): void {
  const { world, plan, prng } = state;
  world().scheduler.after(plan.pollMs * (0.5 + prng.next()), () => poll(state));
}

/** One line and its answer; `undefined` if there is none in time. */
function exchange({ world, plan, dial }: State, to: Endpoint, line: string, done: (answer?: string) => void): void {
  let isOver = false;
  const finish = (answer?: string): void => {
    if (isOver) return;
    isOver = true;
    done(answer);
  };
  const conn = dial(to, {
    opened: (opened) => opened.say(line),
    line(answered, answer) {
      finish(answer);
      answered.end();
    },
    over: () => finish(),
  });
  world().scheduler.after(plan.patienceMs, () => {
    if (!conn.isOver) conn.abort();
    finish();
  });
}

function poll(state: State): void {
  const { plan, at } = state;
  const owner = at === plan.homeAt ? "" : `, "SERVER_UUID": "${plan.home}"`;
  exchange(state, at, `{"WORKER": "ALIVE", "WORKER_UUID": "${plan.id}"${owner}}\n`, (answer) => {
    state.missed = answer === undefined ? state.missed + 1 : 0;
    if (answer !== undefined && isQuery(answer)) {
      work(state, answer);
      return;
    }
    const { word, at: to } = words.read(answer ?? "");
    if (word === "REDIRECT" && to !== undefined && at === plan.homeAt) state.at = to;
    // Home is where it always was, whatever a RETURN says.
    if (word === "RETURN" || state.missed >= MISSES_MAX) state.at = plan.homeAt;
    pollSoon(state);
  });
}

function work(state: State, line: string): void {
  const { world, plan, prng, at } = state;
  const marker = markerOf(/"USER":\s*"([^"]*)"/.exec(line)?.[1] ?? "");
  const execution = world().truth.begin(marker, plan.id, world().scheduler.now);
  const { serviceMs } = world().natureOf(execution.task);
  world().scheduler.after(serviceMs * (0.8 + 0.4 * prng.next()), () => {
    execution.outcome = "ok";
    report(state, at, execution, 0);
  });
}

function report(state: State, to: Endpoint, execution: Execution, tries: number): void {
  const { plan } = state;
  const line = `{"STATUS": "OK", "TASK": "QUERY", "WORKER_UUID": "${plan.id}","SALDO":${execution.ordinal}}\n`;
  if (tries > 0) execution.isAmbiguous = true;
  exchange(state, to, line, (answer) => {
    if ((answer !== undefined && isAck(answer)) || tries >= REPORTS_MAX) pollSoon(state);
    else state.world().scheduler.after(plan.pollMs, () => report(state, to, execution, tries + 1));
  });
}
