import { hasRoom, isCrowded, mustEnd } from "../settled.ts";
import type { CreateFarmChecker } from "../world.ts";

/**
 * In the end every task ends that somebody can do, and every result is acknowledged: once the faults are over, within the
 * run's last phase, see `livenessMs` in the plan.
 */
export const createCompletionChecker: CreateFarmChecker = (world, fail) => ({
  finish() {
    for (const slot of world.masters) {
      for (const [id, record] of slot.disk.image) {
        const book = slot.tasks.get(id);
        if (record.status.state !== "pending" || book === undefined || !mustEnd(world, slot, book)) continue;
        const { failures, losses, attempts } = record.status;
        const story = `${attempts} attempts, ${failures} failures, ${losses} losses; it is ${book.nature.flaw}`;
        fail(`master ${slot.index}: ${id} (${book.draft.type}) has not ended after all that time (${story})`);
      }
      if (!slot.submitter.isDone && hasRoom(slot)) {
        fail(`master ${slot.index}: tasks were handed in again and again, and never accepted`);
      }
    }
    for (const { life, plan } of world.workers) {
      const master = world.masters[plan.master];
      const unacknowledged = life?.core.status().unacknowledged ?? 0;
      if (life === undefined || master === undefined || isCrowded(master) || unacknowledged === 0) continue;
      fail(`${life.label} has ${unacknowledged} results that were never acknowledged`);
    }
  },
});
