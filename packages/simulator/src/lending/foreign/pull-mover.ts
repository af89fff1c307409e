import type { Endpoint } from "@mutirao/primitives";
import type { EventLoop } from "../../event-loop.ts";
import { isAck, isQuery } from "../../farm/foreign/foreign-process.ts";
import type { Execution } from "../../farm/truth.ts";
import { createForeignConn } from "../../foreign/foreign-conn.ts";
import type { Machine } from "../../network/machine.ts";
import { aliveOf, type MoverState, ORDERS_PORT, obey, resultOf, tried, work } from "./mover-state.ts";

const REPORTS_MAX = 6;

/** Asks for a task, again and again, each time on a connection of its own. */
export function poll(state: MoverState): void {
  const { world, plan, prng } = state;
  world().scheduler.after(plan.pollMs * (0.5 + prng.next()), () => ask(state));
}

/** One that listens takes its orders at its own port, and reads none in an answer. */
export function listenForOrders(state: MoverState, machine: Machine, loop: EventLoop): void {
  const at = { host: machine.addresses[0] ?? "10.9.9.9", port: ORDERS_PORT };
  state.world().network.listen(machine, loop, at, (socket) => {
    const views = createForeignConn({ line: (_, line) => void obey(state, line) });
    views.attach(socket);
    return views.network;
  });
}

/** One line and its answer; `undefined` if there is none in time. */
function exchange(
  { world, plan, dial }: MoverState,
  to: Endpoint,
  line: string,
  done: (answer?: string) => void,
): void {
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

function ask(state: MoverState): void {
  const { at, plan } = state;
  exchange(state, at, aliveOf(state), (answer) => {
    if (answer !== undefined && isQuery(answer)) {
      tried(state, true);
      work(state, answer, (execution) => report(state, at, execution, 0));
      return;
    }
    // An order may have come meanwhile, beside the answer.
    if (plan.style === "pull") obey(state, answer ?? "");
    if (state.at === at) tried(state, answer !== undefined);
    else state.missed = 0;
    poll(state);
  });
}

/** To the master that gave the task, wherever it has been sent since. */
function report(state: MoverState, to: Endpoint, execution: Execution, tries: number): void {
  if (tries > 0) execution.isAmbiguous = true;
  exchange(state, to, resultOf(state, execution), (answer) => {
    if ((answer !== undefined && isAck(answer)) || tries >= REPORTS_MAX) poll(state);
    else state.world().scheduler.after(state.plan.pollMs, () => report(state, to, execution, tries + 1));
  });
}
