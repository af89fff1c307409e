import type { CreateFarmChecker, MasterObservation } from "../world.ts";

/**
 * Accepted = pending + running + done + failed + cancelled + dead, as sets that have nothing in common: what the master
 * shows is what must stand with it by all that went in and out of it, and what its disk holds. At every step in numbers,
 * and now and then task by task.
 */
export const createConservationChecker: CreateFarmChecker = (world, fail) => {
  const compare = ({ life }: MasterObservation): void => {
    const { core, book, slot } = life;
    const shown = new Map(core.tasks(1_000_000).map((view) => [view.id, view.state]));
    for (const [id, live] of book.live) {
      const state = live.phase === "accepting" ? undefined : live.phase === "waiting" ? "pending" : "running";
      if (shown.get(id) !== state) fail(`${life.label} shows ${id} as ${shown.get(id)}, and it is ${live.phase}`);
      if (state !== undefined && !slot.disk.image.has(id)) fail(`${life.label} has ${id}, and its disk does not`);
      shown.delete(id);
    }
    const [stranger] = shown.keys();
    if (stranger !== undefined) fail(`${life.label} shows ${stranger}, which has ended or was never accepted`);
    for (const [id, { status }] of slot.disk.image) {
      if (status.state === "pending" && !book.live.has(id)) fail(`${life.label} has lost ${id}, which its disk holds`);
    }
  };

  const countUp = (observation: MasterObservation): void => {
    const { life, load } = observation;
    const { book } = life;
    const { backlog, running } = load;
    const [waiting, assigned] = [book.count("waiting"), book.count("assigned")];
    if (backlog === waiting && running === assigned) return;
    // Task by task it says more; if that finds nothing, the numbers alone are wrong.
    compare(observation);
    fail(
      `${life.label} shows ${backlog} tasks that wait and ${running} with workers; ${waiting} must wait, and ${assigned} ` +
        "be with workers",
    );
  };

  /** What was ever answered as accepted is on the disk for good, or was forgotten long after its end. */
  const keep = ({ life }: MasterObservation): void => {
    const { disk, tasks } = life.slot;
    for (const [id, { isAcknowledged, isForgotten }] of tasks) {
      if (isAcknowledged && !isForgotten && !disk.image.has(id))
        fail(`${life.label}: ${id} was accepted, and is nowhere`);
    }
  };

  return {
    master: countUp,
    scan(observation) {
      compare(observation);
      keep(observation);
    },
    finish() {
      for (const { life, disk, tasks } of world.masters) {
        for (const [id, { isAcknowledged, isForgotten }] of tasks) {
          if (isAcknowledged && !isForgotten && !disk.image.has(id))
            fail(`${life?.label}: ${id} was accepted, and is gone`);
        }
      }
    },
  };
};
