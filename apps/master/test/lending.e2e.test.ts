import { test } from "@mutirao/process-tests";
import { describe, expect } from "vitest";
import { followEvents, type ToldEvent } from "./support/event-follower.ts";
import { sitesOnOneAddress, startTown, type Town } from "./support/town.ts";

const FIRST_GUEST = (event: ToldEvent): boolean => event.kind === "loan-changed" && event["to"] === "held";

const timesDone = (town: Town): readonly number[] => [...town.executions().values()];

async function watchBurst(town: Town): Promise<void> {
  const [busy, ...others] = town.houses;
  const events = await followEvents(busy.place.flags);
  const ids = await town.burst(busy, 120, 50);
  const tasks = await town.ended(busy, ids);
  expect(tasks.filter(({ state }) => state !== "done")).toStrictEqual([]);
  expect(
    new Set(
      events
        .told("loan-changed")
        .filter(FIRST_GUEST)
        .map(({ worker }) => worker),
    ),
  ).toStrictEqual(new Set(others.flatMap(({ workers }) => [...workers.keys()])));
  await town.home();
  expect(timesDone(town)).toStrictEqual(ids.map(() => 1));
}

describe("masters that lend each other workers", { timeout: 90_000 }, () => {
  test("three on one address: a burst on one is done by all workers, once", async ({ processes }) => {
    const sites = await sitesOnOneAddress(processes, 3);
    await watchBurst(await startTown(processes, { masters: 3, workersEach: 2, sites }));
  });

  test("three on one port, each on an address of its own: the same", async ({ processes }) => {
    await watchBurst(await startTown(processes, { masters: 3, workersEach: 3 }));
  });
});
