import type { NodeId, TaskId } from "@mutirao/primitives";
import type { WorldMs } from "../scheduler.ts";

/** What was really executed, by whom, and what came of it. Nobody but the simulator knows all of it. */
export interface Truth {
  begin(marker: string, worker: NodeId, at: WorldMs): Execution;
  /** The execution that a result names. */
  named(output: string): Execution | undefined;
  of(task: TaskId): readonly Execution[];
  readonly count: number;
  /** Some worker of another team has mixed its tasks up. */
  readonly hasAmbiguous: boolean;
}

/** One run of a handler. */
export interface Execution {
  /** What its result says: no two results of a run are alike. */
  readonly ordinal: number;
  readonly task: TaskId;
  readonly worker: NodeId;
  readonly beganAt: WorldMs;
  outcome: "ok" | "nok" | "timeout" | "cancelled" | "killed" | undefined;
  /**
   * Its worker, of another team, had another task while this one's result was not taken yet, or said it twice: then no
   * master can tell for sure which task the result belongs to, and the connection rule is all that there is.
   */
  isAmbiguous: boolean;
}

/** The task is named by the payload: `{"USER":"<task> ..."}`. */
export const markerOf = (user: string): string => user.split(" ", 1)[0] ?? user;

export function createTruth(): Truth {
  const executions: Execution[] = [];
  const byTask = new Map<TaskId, Execution[]>();
  return {
    begin(marker, worker, at) {
      const task = marker as TaskId;
      const ordinal = executions.length;
      const execution: Execution = { ordinal, task, worker, beganAt: at, outcome: undefined, isAmbiguous: false };
      executions.push(execution);
      const known = byTask.get(task);
      if (known === undefined) byTask.set(task, [execution]);
      else known.push(execution);
      return execution;
    },
    named(output) {
      const ordinal = /"SALDO":(\d+)/.exec(output)?.[1];
      return ordinal === undefined ? undefined : executions[Number(ordinal)];
    },
    of: (task) => byTask.get(task) ?? [],
    get hasAmbiguous() {
      return executions.some(({ isAmbiguous }) => isAmbiguous);
    },
    get count() {
      return executions.length;
    },
  };
}
