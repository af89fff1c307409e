import { test } from "@mutirao/process-tests";
import { describe, expect, onTestFinished } from "vitest";
import { followEvents } from "./support/event-follower.ts";
import { canMakeNetworks, makeNetwork } from "./support/namespaces.ts";
import { type House, startTown, type Town } from "./support/town.ts";

const guestComes = async (busy: House, from: Promise<unknown>): Promise<void> => {
  const events = await followEvents(busy.place.flags);
  await from;
  await events.first("a guest", ({ kind, to }) => kind === "loan-changed" && to === "held");
};

async function allDone(town: Town, busy: House, ids: readonly string[]): Promise<void> {
  const tasks = await town.ended(busy, ids);
  expect(tasks.filter(({ state }) => state !== "done")).toStrictEqual([]);
}

describe.skipIf(!canMakeNetworks)("two machines (needs root, and network namespaces)", { timeout: 120_000 }, () => {
  test("are cut off in the middle of a loan: no task lost, all workers home; and lend again when they are not", async ({
    processes,
  }) => {
    const network = makeNetwork(processes, 2);
    onTestFinished(() => network.remove());
    const { sites } = network;
    const town = await startTown(processes, { masters: 2, workersEach: 2, sites, flags: ["--lease", "2"] });
    const [busy, owner] = town.houses;
    const first = town.burst(busy, 300, 50);
    await guestComes(busy, first);

    network.cut(1);
    // Its workers are on its own machine: they come home by themselves, while nobody can call them.
    if (owner !== undefined) await town.home(owner);
    await allDone(town, busy, await first);
    network.heal(1);
    await town.home();
    await town.met();

    const second = town.burst(busy, 100, 50);
    await guestComes(busy, second);
    await allDone(town, busy, await second);
    await town.home();
    expect([...town.executions().keys()]).toHaveLength(400);
  });
});
