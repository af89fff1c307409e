import { RETURNED_CODES } from "../oracle/worker-talk.ts";
import type { CreateFarmChecker, MasterObservation } from "../world.ts";

/**
 * A task fails at most `maxAttempts` times and loses at most `lossesMax` workers, each of which was told and happened; and
 * nothing else costs it anything: not a restart of its master, not a worker that hands it back, not an assignment that
 * never arrived.
 */
export const createAttemptsChecker: CreateFarmChecker = (_world, fail) => {
  const checkStatuses = ({ life, effects }: MasterObservation): void => {
    const { lossesMax } = life.slot.plan.options;
    for (const effect of effects) {
      if (effect.type !== "store") continue;
      // Of several changes of a task in one write the last one says how it stands.
      const last = new Map(
        effect.changes.flatMap((change) => (change.kind === "updated" ? [[change.id, change.status]] : [])),
      );
      for (const [id, status] of last) {
        const live = life.book.live.get(id);
        const { failures, losses, state } = status;
        const maxAttempts = life.slot.tasks.get(id)?.draft.maxAttempts ?? 1;
        if (failures > maxAttempts) fail(`${life.label}: ${id} failed ${failures} times, of ${maxAttempts}`);
        if (losses > lossesMax) fail(`${life.label}: ${id} has lost ${losses} workers, of ${lossesMax}`);
        if (failures === maxAttempts && state === "pending")
          fail(`${life.label}: ${id} has failed too often and goes on`);
        if (losses === lossesMax && state === "pending")
          fail(`${life.label}: ${id} has lost too many workers and goes on`);
        if (live === undefined) continue;
        if (failures !== live.failures || losses !== live.losses) {
          fail(
            `${life.label} counts ${failures} failures and ${losses} losses of ${id}; there were ${live.failures} and ` +
              `${live.losses}`,
          );
        }
      }
    }
  };

  return {
    master(observation) {
      const { life, effects } = observation;
      for (const effect of effects) {
        if (effect.type !== "notify" || effect.notice.kind !== "attempt-failed") continue;
        const { task, code } = effect.notice;
        if (RETURNED_CODES.has(code))
          fail(`${life.label}: ${task} was handed back (${code}), and that cost an attempt`);
      }
      checkStatuses(observation);
    },
  };
};
