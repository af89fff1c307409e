import type { ForeignConn } from "../../foreign/foreign-conn.ts";
import type { Execution } from "../truth.ts";
import { type ForeignProcess, isKeepAlive, isQuery, type Report } from "./foreign-process.ts";

/** A master that has asked whether it is there, and has waited for that long, may give a busy one more. */
const PATIENCE_MS = 5_000;

/** One that has one connection for life, and waits on it for its tasks. */
export function createPushManners(process: ForeignProcess): void {
  const { plan, prng } = process;
  const lines: string[] = [];
  const unreported = new Set<Execution>();
  let conn: ForeignConn | undefined;
  let isBusy = false;
  /** Since when it owes a PONG. */
  let askedAt: number | undefined;
  /** Its master may have given it a task while it had one, not knowing: then nobody knows whose result is whose. */
  let isMixedUp = false;
  /** It said something twice: its master may count results of this connection for the tasks after theirs, from then on. */
  let isAhead = false;

  const connect = (): void => {
    conn = process.dial({
      opened(opened) {
        opened.say(`{"WORKER": "ALIVE", "WORKER_UUID": "${plan.id}"}\n`);
      },
      line(_, line) {
        if (isKeepAlive(line)) pong();
        else if (isQuery(line)) {
          lines.push(line);
          if (isBusy && askedAt !== undefined && process.world.scheduler.now - askedAt >= PATIENCE_MS) mixUp();
          next();
        }
      },
      over() {
        conn = undefined;
        lines.length = 0;
        isAhead = false;
        process.after(plan.pollMs * (0.5 + prng.next()), connect);
      },
    });
  };

  const pong = (): void => {
    askedAt = isBusy ? process.world.scheduler.now : undefined;
    if (!isBusy) conn?.say(`{"STATUS": "PONG", "WORKER_UUID": "${plan.id}"}\n`);
  };

  const mixUp = (): void => {
    isMixedUp = true;
    for (const execution of unreported) execution.isAmbiguous = true;
  };

  const next = (): void => {
    const line = isBusy ? undefined : lines.shift();
    if (line === undefined) {
      if (!isBusy) isMixedUp = false;
      return;
    }
    isBusy = true;
    const execution = process.work(line, (report) => {
      isBusy = false;
      say(report);
      if (askedAt !== undefined) pong();
      next();
    });
    if (unreported.size > 0) mixUp();
    execution.isAmbiguous = isMixedUp || isAhead;
    unreported.add(execution);
  };

  const say = (report: Report): void => {
    if (process.isRude("silent")) return;
    const isNamed = !process.isRude("half-named");
    if (conn !== undefined && !conn.isOver) {
      conn.say(isNamed ? report.line : report.nameless);
      if (isNamed) unreported.delete(report.execution);
      if (process.isRude("answers-twice", 1)) {
        report.execution.isAmbiguous = true;
        isAhead = true;
        conn?.say(report.line);
      }
    }
  };

  connect();
}
