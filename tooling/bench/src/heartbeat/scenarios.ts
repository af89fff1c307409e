import type { ContestantName } from "./contestants.ts";
import type { Load } from "./load/load.ts";

/** Servers under one kind of load. */
export interface LoadScenario {
  readonly name: string;
  readonly title: string;
  readonly load: Pick<Load, "style" | "connections" | "inFlight" | "lines">;
  readonly contestants: readonly ContestantName[];
  readonly goals: readonly RateGoal[];
}

/** Ours is to do at least this many times what the reference does. */
export interface RateGoal {
  readonly reference: ContestantName;
  readonly atLeast: number;
  /**
   * In which figures. A load generator that is slower than the servers brings their rates together: against a slower
   * reference that only hides a part of the lead, but against an equal one it would hide a loss, so there the CPU time
   * has to agree.
   */
  readonly in: readonly Basis[];
}

/** Beats per second, and beats per second of the server's CPU time. */
export type Basis = "rate" | "perCpu";

const timesPython = (atLeast: number): RateGoal => ({ reference: "python", atLeast, in: ["rate"] });
const timesBare = (atLeast: number): RateGoal => ({ reference: "bare", atLeast, in: ["rate", "perCpu"] });

const oneShot = (connections: number): LoadScenario => ({
  name: `one-shot-${connections}`,
  title: `One connection per beat, ${connections} at once`,
  load: { style: "one-shot", connections, inFlight: 1, lines: "same" },
  contestants: ["ours", "bare", "echo", "python"],
  goals: [timesPython(2), timesBare(0.85)],
});

const pipelined = (lines: Load["lines"], title: string): LoadScenario => ({
  name: `pipelined-${lines}`,
  title,
  load: { style: "streams", connections: 16, inFlight: 256, lines },
  contestants: ["ours", "bare", "unparsed", "echo"],
  goals: [timesBare(0.7)],
});

export const loadScenarios: readonly LoadScenario[] = [
  oneShot(16),
  oneShot(64),
  {
    name: "persistent-64",
    title: "64 connections that stay open, one beat under way on each",
    load: { style: "streams", connections: 64, inFlight: 1, lines: "same" },
    contestants: ["ours", "bare", "echo", "python"],
    goals: [timesPython(12), timesBare(0.85)],
  },
  pipelined("same", "16 connections with 256 beats under way on each, identical lines"),
  pipelined("distinct", "16 connections with 256 beats under way on each, 4,096 senders in turn"),
];
