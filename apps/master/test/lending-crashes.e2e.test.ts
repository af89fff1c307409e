import { test } from "@mutirao/process-tests";
import { describe, expect } from "vitest";
import { type EventFollower, followEvents } from "./support/event-follower.ts";
import { type House, startTown, type Town } from "./support/town.ts";

const TASK_MS = 50;

/** A burst that takes the whole town for some seconds. */
async function begin(town: Town): Promise<{ readonly busy: House; readonly ids: readonly string[] }> {
  const [busy] = town.houses;
  const events = await followEvents(busy.place.flags);
  const ids = await town.burst(busy, 200, TASK_MS);
  await guestHeld(events);
  return { busy, ids };
}

const guestHeld = (events: EventFollower) =>
  events.first("a guest", ({ kind, to }) => kind === "loan-changed" && to === "held");

/** Nothing lost, nothing recorded twice, and each was done by somebody. */
async function expectAllDone(town: Town, house: House, ids: readonly string[]): Promise<void> {
  const { operator } = house;
  const tasks = await town.ended(house, ids);
  expect(tasks.filter(({ state }) => state !== "done")).toStrictEqual([]);
  expect(new Set(tasks.map(({ id }) => id)).size).toBe(ids.length);
  for (const state of ["pending", "running", "failed", "dead", "cancelled"] as const) {
    expect(await operator.tasks(state)).toStrictEqual([]);
  }
  expect([...town.executions().keys()]).toHaveLength(ids.length);
}

describe("in the middle of a loan", { timeout: 120_000 }, () => {
  test("kill -9 of the guest", async ({ processes }) => {
    const town = await startTown(processes, { masters: 3, workersEach: 2 });
    const { busy, ids } = await begin(town);
    const guest = (await busy.operator.workers()).find(({ borrowed }) => borrowed);
    const owner = town.houses.find(({ id }) => id === guest?.owner);
    const id = guest?.id ?? "";
    await owner?.workers.get(id)?.kill();
    owner?.hire(id);
    await expectAllDone(town, busy, ids);
    await town.home();
  });

  test("kill -9 of the borrower", async ({ processes }) => {
    const town = await startTown(processes, { masters: 3, workersEach: 2 });
    const { busy, ids } = await begin(town);
    await busy.restart();
    await expectAllDone(town, busy, ids);
    await town.home();
  });

  test("kill -9 of an owner", async ({ processes }) => {
    const town = await startTown(processes, { masters: 3, workersEach: 2 });
    const { busy, ids } = await begin(town);
    const guest = (await busy.operator.workers()).find(({ borrowed }) => borrowed);
    const owner = town.houses.find(({ id }) => id === guest?.owner);
    await owner?.restart();
    // It knows whom it has lent, be it home by now or not.
    expect((await owner?.operator.workers())?.map(({ id }) => id)).toContain(guest?.id);
    await expectAllDone(town, busy, ids);
    await town.home();
  });

  test("a borrower that stands still for longer than the lease: its guests are home before it goes on", async ({
    processes,
  }) => {
    const town = await startTown(processes, { masters: 3, workersEach: 2, flags: ["--lease", "2"] });
    const { busy, ids } = await begin(town);
    busy.master.signal("SIGSTOP");
    await town.home(...town.houses.slice(1));
    busy.master.signal("SIGCONT");
    await expectAllDone(town, busy, ids);
    await town.home();
  });
});
