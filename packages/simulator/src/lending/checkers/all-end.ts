import type { CreateLendingChecker } from "../world.ts";

/**
 * In the end every accepted task has ended, every result is acknowledged, and whoever hands in is heard. A worker that has
 * been away may owe a result to a master that it does not meet any more; it keeps that, and nobody can ask for it.
 */
export const createAllEndChecker: CreateLendingChecker = (world, fail) => ({
  finish() {
    for (const { life } of world.workers) {
      if (life === undefined || world.travelled.has(life)) continue;
      const { unacknowledged } = life.core.status();
      if (unacknowledged > 0) fail(`${life.label} has ${unacknowledged} results that were never acknowledged`);
    }
    for (const { life, submitter, disk, index } of world.masters) {
      for (const [id, { status }] of disk.image) {
        if (status.state === "pending") fail(`master ${index}: ${id} has not ended after all that time`);
      }
      if (life === undefined || !submitter.isDone) fail(`master ${index}: tasks were handed in, and never accepted`);
    }
  },
});
