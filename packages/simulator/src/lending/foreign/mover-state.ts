import type { Endpoint, Prng } from "@mutirao/primitives";
import { type Execution, markerOf } from "../../farm/truth.ts";
import type { ForeignConn, ForeignConnHandler } from "../../foreign/foreign-conn.ts";
import type { MoverPlan } from "../plan.ts";
import type { LendingWorld } from "../world.ts";
import * as words from "./class-words.ts";

/** What every style of it has to work with. */
export interface MoverState {
  readonly world: () => LendingWorld;
  readonly plan: MoverPlan;
  readonly prng: Prng;
  readonly dial: (to: Endpoint, handler: ForeignConnHandler) => ForeignConn;
  /** Where it is, by the address at which that master listens. */
  at: Endpoint;
  /** Questions or dials in a row that came to nothing. */
  missed: number;
}

/** It goes home by itself after so many in vain. */
const MISSES_MAX = 3;

/** How it presents itself; whose it is it says only while it is away. */
export function aliveOf({ at, plan: { id, home, homeAt, style } }: MoverState): string {
  const owner = at === homeAt ? "" : `, "SERVER_UUID": "${home}"`;
  const port = style === "listening" ? `, "port": ${ORDERS_PORT}` : "";
  return `{"WORKER": "ALIVE", "WORKER_UUID": "${id}"${owner}${port}}\n`;
}

export const ORDERS_PORT = 7_001;

/** Goes where it is told. @returns whether that is somewhere else. */
export function obey(state: MoverState, line: string): boolean {
  const { plan, at } = state;
  const { word, at: to } = words.read(line);
  if (word === "REDIRECT" && to !== undefined && at === plan.homeAt) {
    state.at = to;
    state.world().counters.count(`foreign ${plan.style} worker moved`);
  }
  // Home is where it always was, whatever a RETURN says.
  if (word === "RETURN") state.at = plan.homeAt;
  return state.at !== at;
}

/** Something came of a try, or nothing; after a few in vain there is no place but home. */
export function tried(state: MoverState, isAnswered: boolean): void {
  state.missed = isAnswered ? 0 : state.missed + 1;
  if (state.missed >= MISSES_MAX) state.at = state.plan.homeAt;
}

/** Does what a line asks for, and tells when it is done. */
export function work({ world, plan, prng }: MoverState, line: string, done: (execution: Execution) => void): void {
  const marker = markerOf(/"USER":\s*"([^"]*)"/.exec(line)?.[1] ?? "");
  const execution = world().truth.begin(marker, plan.id, world().scheduler.now);
  const { serviceMs } = world().natureOf(execution.task);
  world().scheduler.after(serviceMs * (0.8 + 0.4 * prng.next()), () => {
    execution.outcome = "ok";
    done(execution);
  });
}

export const resultOf = ({ plan }: MoverState, { ordinal }: Execution): string =>
  `{"STATUS": "OK", "TASK": "QUERY", "WORKER_UUID": "${plan.id}","SALDO":${ordinal}}\n`;
