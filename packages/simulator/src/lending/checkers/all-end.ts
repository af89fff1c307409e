import type { CreateLendingChecker } from "../world.ts";

/** In the end every accepted task has ended, every result is acknowledged, and whoever hands in is heard. */
export const createAllEndChecker: CreateLendingChecker = (world, fail) => ({
  finish() {
    for (const { life, submitter, disk, index } of world.masters) {
      for (const [id, { status }] of disk.image) {
        if (status.state === "pending") fail(`master ${index}: ${id} has not ended after all that time`);
      }
      if (life === undefined || !submitter.isDone) fail(`master ${index}: tasks were handed in, and never accepted`);
    }
    for (const { life } of world.workers) {
      const unacknowledged = life?.core.status().unacknowledged ?? 0;
      if (unacknowledged > 0) fail(`${life?.label} has ${unacknowledged} results that were never acknowledged`);
    }
  },
});
