import type { InstantMs, TaskId } from "@mutirao/primitives";
import type { CreateFarmChecker, MasterLife, MasterObservation } from "../world.ts";

/**
 * What has ended can be looked up for as long as it is to be kept, by the master's own clock and whatever the time of
 * day does; sooner it is forgotten only if there is more than the number to be kept. Of what ended in a former life of
 * the master it can only go by the time of day, so nothing is asked of that.
 */
export const createKeepingChecker: CreateFarmChecker = (_world, fail) => {
  /** When each task has ended in a master's life. */
  const ends = new WeakMap<MasterLife, Map<TaskId, InstantMs>>();

  const endsOf = (life: MasterLife): Map<TaskId, InstantMs> => {
    const known = ends.get(life) ?? new Map<TaskId, InstantMs>();
    ends.set(life, known);
    return known;
  };

  const noteEnds = ({ life, effects, now }: MasterObservation): void => {
    for (const effect of effects) {
      if (effect.type !== "store") continue;
      for (const change of effect.changes) {
        if (change.kind === "updated" && change.status.state === "pending") endsOf(life).delete(change.id);
        else if (change.kind === "updated" && !endsOf(life).has(change.id)) endsOf(life).set(change.id, now);
      }
    }
  };

  const checkForgotten = ({ life, now }: MasterObservation, tasks: readonly TaskId[]): void => {
    const { keepMs, keepMax } = life.slot.plan.options;
    if (endedOf(life) >= keepMax) return;
    for (const task of tasks) {
      const endedAt = endsOf(life).get(task);
      if (endedAt !== undefined && now - endedAt < keepMs) {
        fail(
          `${life.label} forgets ${task} ${Math.round(now - endedAt)} ms after its end, and is to keep it for ${keepMs}`,
        );
      }
    }
  };

  return {
    master(observation) {
      const { event } = observation;
      if (event.type === "store-pruned") checkForgotten(observation, event.tasks);
      noteEnds(observation);
    },
  };
};

/** How many ended tasks the disk knows. */
export function endedOf({ slot }: MasterLife): number {
  let ended = 0;
  for (const { status } of slot.disk.image.values()) if (status.state !== "pending") ended++;
  return ended;
}
