import type { NodeId } from "@mutirao/primitives";
import type { TaskChange } from "@mutirao/task-store";
import type { Execution } from "../truth.ts";
import type { CreateFarmChecker, MasterObservation } from "../world.ts";

/**
 * Nothing is recorded that was not done: a result belongs to a run of that very task, by that very worker, and so do
 * failures. Class workers name no task, so what they say counts only by the connection rule; and where one of them had
 * two tasks at a time, the rule is all that there is.
 */
export const createProvenanceChecker: CreateFarmChecker = (world, fail) => {
  const checkDone = ({ life, news }: MasterObservation, change: TaskChange & { kind: "updated" }): void => {
    const { id, status } = change;
    const execution = world.truth.named(status.result ?? "");
    if (execution === undefined) {
      fail(`${life.label} records ${status.result} of ${id}, which nobody ever said`);
      return;
    }
    if (execution.outcome !== "ok") fail(`${life.label} records a run of ${id} that came to ${execution.outcome}`);
    if (status.worker !== execution.worker) {
      fail(`${life.label} records that ${status.worker} did ${id}, and it was ${execution.worker}`);
    }
    const told = news.results.find(({ task, isOk }) => task === id && isOk);
    const isUnclear = execution.isAmbiguous || told?.worker?.isMixedUp === true || speaksClass(execution.worker);
    const isByRule = told?.worker !== undefined && told.worker.style !== "session" && isUnclear;
    if (execution.task === id) return;
    if (!isByRule) fail(`${life.label} records the result of ${execution.task} as that of ${id}`);
  };

  const checkFailures = ({ life }: MasterObservation, change: TaskChange & { kind: "updated" }): void => {
    const { id, status } = change;
    const runs = world.truth.of(id);
    const isUnclear = world.truth.hasAmbiguous;
    const failed = runs.filter(({ outcome }) => isOver(outcome)).length;
    if (status.failures > failed && !isUnclear) {
      fail(`${life.label} counts ${status.failures} failures of ${id}, which failed ${failed} times`);
    }
  };

  /** A worker of ours that uses the class's words: it names no task. */
  const speaksClass = (worker: NodeId): boolean =>
    world.workers.some(({ plan }) => plan.id === worker && plan.options.style !== "auto");

  return {
    master(observation) {
      for (const effect of observation.effects) {
        if (effect.type !== "store") continue;
        for (const change of effect.changes) {
          if (change.kind !== "updated") continue;
          checkFailures(observation, change);
          // What is written again because the disk was full was looked at before.
          if (change.status.state === "done" && observation.event.type !== "wake") checkDone(observation, change);
        }
      }
    },
  };
};

const isOver = (outcome: Execution["outcome"]): boolean => outcome === "nok" || outcome === "timeout";
