import { createPrng, type Prng } from "@mutirao/primitives";
import type { LendingWorld } from "../world.ts";
import { type Farm, type Farms, type Lending, runFarms } from "./farms.ts";

/** From so many waiting tasks on a master asks; below, it gives everything back. */
const THRESHOLD = 10;
const LOOK_EVERY_MS = { min: 1_000, max: 3_000 };
const COOL_DOWN_MS = 10_000;
const NEEDED = { min: 1, max: 2 };

/**
 * CLASS: what is usual. Every 1 to 3 s each master looks whether 10 tasks wait, asks every neighbour for one or two idle
 * workers, not again for 10 s, and returns all of them as soon as it sees fewer than 10.
 *
 * There is no such master to be run here: ours, where it meets another team's, asks by its own policy and keeps long times
 * only. So this is a model, and a kind one: a task is given out, and its end known, in no time.
 */
export const classLending: LendingWorld = {
  name: "CLASS",
  run: (trace, conditions, seed) =>
    runFarms(trace, conditions, seed, (farms) => createClassLending(farms, createPrng(`${seed}/class`))),
};

function createClassLending(farms: Farms, prng: Prng): Lending {
  const askedAtMs = new Array<number>(farms.all.length).fill(-COOL_DOWN_MS);
  const isReturning = new Array<boolean>(farms.all.length).fill(false);

  const lend = (lender: Farm, borrower: Farm, needed: number): void => {
    const isAvailable = lender.backlog.size < THRESHOLD && lender.idleOwn.length > 0;
    farms.send(() => undefined);
    if (!isAvailable) return;
    for (const worker of lender.idleOwn.slice(-needed)) farms.move(worker, borrower.index);
  };
  const look = (farm: Farm): void => {
    farms.timeline.after(prng.integer(LOOK_EVERY_MS.min, LOOK_EVERY_MS.max), () => look(farm));
    isReturning[farm.index] = farm.backlog.size < THRESHOLD;
    if (isReturning[farm.index]) {
      for (const guest of [...farm.idleGuests]) farms.move(guest, guest.owner);
      return;
    }
    if (farms.timeline.nowMs - (askedAtMs[farm.index] ?? 0) < COOL_DOWN_MS) return;
    askedAtMs[farm.index] = farms.timeline.nowMs;
    for (const lender of farms.all) {
      if (lender !== farm) farms.send(() => lend(lender, farm, prng.integer(NEEDED.min, NEEDED.max)));
    }
  };
  for (const farm of farms.all) farms.timeline.after(prng.integer(0, LOOK_EVERY_MS.max), () => look(farm));
  return {
    onTask: () => undefined,
    onServed: () => undefined,
    onBacklog: () => undefined,
    onCame: () => undefined,
    sendsTo: (farm, worker) =>
      worker.owner !== farm.index && isReturning[farm.index] === true ? worker.owner : undefined,
    onIdle: () => undefined,
  };
}
