import type { Prng } from "@mutirao/primitives";
import type { ForeignConn, ForeignConnHandler } from "../../foreign/foreign-conn.ts";
import type { ForeignWorkerPlan } from "../plan.ts";
import { type Execution, markerOf } from "../truth.ts";
import type { FarmWorld } from "../world.ts";
import type { Manner } from "./manners.ts";

/** What a style has to work with: one process, its connections, and its work. */
export interface ForeignProcess {
  readonly plan: ForeignWorkerPlan;
  readonly prng: Prng;
  readonly isOver: boolean;
  readonly world: FarmWorld;
  /** Whether it is rude in this way now. */
  isRude(manner: Manner, rate?: number): boolean;
  dial(handler: ForeignConnHandler): ForeignConn;
  after(delayMs: number, run: () => void): void;
  /** Does what a line asks for; tells when it is done, unless the process dies or forgets it. */
  work(line: string, done: (report: Report) => void): Execution;
}

/** The result of a task, as a line of the class's. */
export interface Report {
  readonly execution: Execution;
  readonly line: string;
  /** The same without a name. */
  readonly nameless: string;
}

/** Does what a line asks for, as the task at hand lets it. */
export function work(
  process: ForeignProcess,
  line: string,
  done: (report: Report) => void,
  kill: () => void,
): Execution {
  const { world, plan } = process;
  const marker = markerOf(/"USER":\s*"([^"]*)"/.exec(line)?.[1] ?? "");
  const execution = world.truth.begin(marker, plan.id, world.scheduler.now);
  const { serviceMs, flaw, times } = world.natureOf(execution.task);
  const isFlawed = world.truth.of(execution.task).length <= times;
  const { visibilityMs } = world.masters[plan.master]?.plan.options ?? { visibilityMs: 1_000 };
  const isLate = process.isRude("late") || (isFlawed && flaw === "hang");
  const tookMs = isLate
    ? visibilityMs * (1.2 + 0.7 * process.prng.next())
    : serviceMs * (0.8 + 0.4 * process.prng.next());
  const isDeadly = process.isRude("dies", 0.1) || (isFlawed && flaw === "poison");
  process.after(tookMs, () => {
    if (isDeadly) {
      execution.outcome = "killed";
      kill();
      return;
    }
    const isOk = !(isFlawed && (flaw === "nok" || flaw === "hang"));
    execution.outcome = isOk ? "ok" : "nok";
    done({
      execution,
      line: statusLine(isOk, execution.ordinal, `"WORKER_UUID": "${plan.id}", `),
      nameless: statusLine(isOk, execution.ordinal, ""),
    });
  });
  return execution;
}

function statusLine(isOk: boolean, ordinal: number, name: string): string {
  const [status, more] = isOk ? ["OK", `"SALDO":${ordinal}`] : ["NOK", `"ERROR": "no ${ordinal}"`];
  return `{"STATUS": "${status}", "TASK": "QUERY", ${name}${more}}\n`;
}

export const isQuery = (line: string): boolean => /"TASK":\s*"QUERY"/.test(line) && line.includes('"USER"');
export const isAck = (line: string): boolean => /"STATUS":\s*"ACK"/.test(line);
export const isKeepAlive = (line: string): boolean => line.includes('"KEEPALIVE"');
