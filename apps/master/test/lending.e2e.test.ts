import { test } from "@mutirao/process-tests";
import { describe, expect } from "vitest";
import { followEvents, type ToldEvent } from "./support/event-follower.ts";
import { type House, sitesOnOneAddress, startTown, type Town } from "./support/town.ts";

const FIRST_GUEST = (event: ToldEvent): boolean => event.kind === "loan-changed" && event["to"] === "held";

/** Every one of these tasks is done. */
async function allDone({ operator }: House, ids: readonly string[]): Promise<void> {
  const tasks = await Promise.all(ids.map((id) => operator.ended(id)));
  expect(tasks.filter(({ state }) => state !== "done")).toStrictEqual([]);
}

const timesDone = (town: Town): readonly number[] => [...town.executions().values()];

async function watchBurst(town: Town): Promise<void> {
  const [busy, ...others] = town.houses;
  const events = await followEvents(busy.place.flags);
  const ids = await town.burst(busy, 120, 50);
  await allDone(busy, ids);
  expect(new Set(events.told("loan-changed").filter(FIRST_GUEST).map(({ worker }) => worker))).toStrictEqual(
    new Set(others.flatMap(({ workers }) => [...workers.keys()])),
  );
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
