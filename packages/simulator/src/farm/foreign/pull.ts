import type { ForeignConn } from "../../foreign/foreign-conn.ts";
import type { Execution } from "../truth.ts";
import { type ForeignProcess, isAck, isQuery, type Report } from "./foreign-process.ts";

interface State {
  readonly process: ForeignProcess;
  /** Tasks that it has and has not reported, forgotten ones included. */
  readonly held: Set<Execution>;
  /** What it has forgotten to report, and may remember at a bad moment. */
  forgotten: Report | undefined;
  spare: ForeignConn | undefined;
}

/** A result is said so many times before it is given up. */
const REPORTS_MAX = 6;

/** One that asks for each task on a connection of its own, and reports on another. */
export function createPullManners(process: ForeignProcess): void {
  const state: State = { process, held: new Set(), forgotten: undefined, spare: undefined };
  process.after(process.plan.pollMs * process.prng.next(), () => poll(state));
}

function pollSoon(state: State): void {
  const { plan, prng, after } = state.process;
  after(plan.pollMs * (0.5 + prng.next()), () => poll(state));
}

function poll(state: State): void {
  const { process } = state;
  if (state.forgotten === undefined || state.spare !== undefined || !process.isRude("spare", 0.7)) {
    ask(state, () => pollSoon(state));
    return;
  }
  // The spare connection is there first, and the question comes on another.
  state.spare = process.dial({
    opened: () => ask(state, () => pollSoon(state)),
    over() {
      state.spare = undefined;
    },
  });
  process.after(process.plan.patienceMs, () => state.spare === undefined || state.held.size > 0 || pollSoon(state));
}

/** Asks for a task. `idle` is called if there is none. */
function ask(state: State, idle: () => void): void {
  const { process } = state;
  const { plan } = process;
  let isAnswered = false;
  const give = (): void => {
    if (isAnswered) return;
    isAnswered = true;
    idle();
  };
  const conn = process.dial({
    opened(opened) {
      const port = plan.style === "pull-with-port" ? ', "port": 7001' : "";
      const name = plan.manners.includes("nameless") ? "" : `, "WORKER_UUID": "${plan.id}"`;
      opened.say(`{"WORKER": "ALIVE"${name}${port}}\n`);
      if (process.isRude("hangs-up")) opened.end();
    },
    line(answered, line) {
      if (isAnswered) return;
      if (isQuery(line)) {
        isAnswered = true;
        take(state, line);
      } else give();
      answered.end();
    },
    over: give,
  });
  process.after(plan.patienceMs, () => {
    if (isAnswered) return;
    // Whoever closes a socket that has brought nothing ends it in good order.
    if (process.prng.chance(0.3)) conn.abort();
    else conn.end();
    give();
  });
}

function take(state: State, line: string): void {
  const { process, held } = state;
  const { plan } = process;
  const execution = process.work(line, (report) => {
    if (process.isRude("silent") || (plan.manners.includes("spare") && process.isRude("spare"))) {
      state.forgotten = report;
      pollSoon(state);
    } else say(state, report, process.isRude("answers-twice", 1) ? 2 : 1, 0);
  });
  for (const other of held) {
    other.isAmbiguous = true;
    execution.isAmbiguous = true;
  }
  held.add(execution);
  if (state.spare !== undefined && state.forgotten !== undefined) {
    process.world.counters.count("path class result on an older connection");
    state.spare.say(state.forgotten.line);
    state.forgotten = undefined;
  }
  const isImpatient = process.isRude("polls-while-holding", 1);
  if (isImpatient) process.after(plan.pollMs, () => held.has(execution) && ask(state, () => {}));
}

/** Reports until it is acknowledged, so many times. */
function say(state: State, report: Report, times: number, tries: number): void {
  const { process, held } = state;
  const { plan } = process;
  // What it said before may still be on its way, and a question that it asked meanwhile may be answered before that.
  const isRepeated = tries > 0 || (times > 1 && plan.manners.includes("polls-while-holding"));
  if (isRepeated) report.execution.isAmbiguous = true;
  let isOver = false;
  const finish = (isTaken: boolean): void => {
    if (isOver) return;
    isOver = true;
    if (!isTaken && tries < REPORTS_MAX) process.after(plan.pollMs, () => say(state, report, times, tries + 1));
    else if (isTaken && times > 1) say(state, report, times - 1, tries);
    else {
      if (isTaken) held.delete(report.execution);
      else report.execution.isAmbiguous = true;
      pollSoon(state);
    }
  };
  const conn = process.dial({
    opened: (opened) => opened.say(report.line),
    line(answered, line) {
      if (isAck(line)) finish(true);
      answered.end();
    },
    over: () => finish(false),
  });
  process.after(plan.patienceMs, () => {
    conn.abort();
    finish(false);
  });
}
