import { type Processes, test } from "@mutirao/process-tests";
import { describe, expect, onTestFinished, vi } from "vitest";
import { runCli } from "./support/cli.ts";
import { type EventFollower, followEvents, type ToldEvent } from "./support/event-follower.ts";
import { forwardTo } from "./support/forwarder.ts";
import { startMasterAt } from "./support/master-under-test.ts";
import { type Operator, operatorOf } from "./support/operator.ts";
import { newPlace, type Place } from "./support/places.ts";
import { until } from "./support/until.ts";
import { startWorker } from "./support/worker-under-test.ts";

vi.setConfig({ maxConcurrency: 2, testTimeout: 120_000 });

interface Neighbour {
  readonly place: Place;
  readonly operator: Operator;
  readonly events: EventFollower;
}

interface Plan {
  readonly id: string;
  readonly place: Place;
  readonly workers: readonly string[];
  readonly flags?: readonly string[];
}

/** Masters that all name each other as peers, each with its own workers and flags; each has met all others. */
async function startNeighbours(processes: Processes, plans: readonly Plan[]): Promise<readonly Neighbour[]> {
  const neighbours = await Promise.all(
    plans.map(async ({ id, place, workers, flags = [] }) => {
      const peers = plans.filter((plan) => plan.id !== id).flatMap((plan) => ["--peer", plan.place.address]);
      const data = ["--data-dir", await processes.newFolder(), "--interval", "0.2", "--timeout", "5"];
      const master = await startMasterAt(processes, place.flags, "--id", id, ...peers, ...data, ...flags);
      const events = await followEvents(place.flags);
      for (const worker of workers) startWorker(processes, place.address, "hazards", "--id", worker);
      await Promise.all(workers.map((worker) => master.logged({ event: "worker-joined", worker })));
      return { place, operator: operatorOf(place.flags), events };
    }),
  );
  for (const { operator } of neighbours) {
    const isMet = (status: string): boolean => status === "ALIVE";
    await until("every peer is ALIVE", operator.peers, (peers) => peers.every(({ status }) => isMet(status)));
  }
  return neighbours;
}

const lineWith =
  (word: string, direction: "sent" | "received") =>
  ({ kind, exchange }: ToldEvent): boolean => {
    const told = exchange as { readonly word: string; readonly direction: string } | undefined;
    return kind === "line-exchanged" && told?.word === word && told.direction === direction;
  };

const lineOf = (event: ToldEvent): string => (event["exchange"] as { readonly line: string }).line;

const loansAt = async ({ operator }: Neighbour): Promise<unknown> => (await operator.call("GET", "/loans")).body;

const why = async (processes: Processes, { place }: Neighbour, ...what: readonly string[]): Promise<string> =>
  (await runCli(processes, "why", ...what, "--http", place.http)).stdout;

async function pairOf(processes: Processes, here: Partial<Plan>, there: Partial<Plan>) {
  const [asker, lender] = await startNeighbours(processes, [
    { id: "hot", place: await newPlace(), workers: [], ...here },
    { id: "idle", place: await newPlace(), workers: ["i1"], ...there },
  ]);
  if (asker === undefined || lender === undefined) throw new Error("two masters are two");
  return { asker, lender };
}

describe.concurrent("the flags of lending", () => {
  test("--lend-max, --lend-reserve, --no-lend-to, --lending off: each says why it lends nobody", async ({
    processes,
  }) => {
    const owners = [
      { id: "max", flags: ["--lend-max", "0"], code: "LEND_LIMIT" },
      { id: "reserve", flags: ["--lend-reserve", "1"], code: "LEND_RESERVE" },
      { id: "barred", flags: ["--no-lend-to", "hot"], code: "LEND_NOT_TO_YOU" },
      { id: "off", flags: ["--lending", "off"], code: "LEND_OFF" },
    ];
    const plans = owners.map(async ({ id, flags }) => ({ id, place: await newPlace(), workers: [`${id}-w`], flags }));
    const hot = { id: "hot", place: await newPlace(), workers: [], flags: ["--borrow-max", "3"] };
    const [asker, ...lenders] = await startNeighbours(processes, [hot, ...(await Promise.all(plans))]);
    if (asker === undefined) throw new Error("nobody asks");
    const tooMany = await asker.operator.call("POST", "/loans:borrow", { peer: "max", workers: 9 });
    expect(tooMany).toMatchObject({ status: 202, body: { asks: [{ workers: 3 }] } });
    for (const { id, code } of owners) {
      await asker.operator.call("POST", "/loans:borrow", { peer: id, workers: 1 });
      const peer = lenders[owners.findIndex((owner) => owner.id === id)]?.place.address;
      await asker.events.first(
        `the answer of ${id}`,
        (event) => event.kind === "borrow-answered" && event["peer"] === peer && event["code"] === code,
      );
      expect(await why(processes, asker, "peer", id)).toContain(`promised nobody [${code}]`);
    }
    for (const master of [asker, ...lenders]) expect(await loansAt(master)).toStrictEqual([]);
  });

  test("--lending observe: whom it would ask, and whom it would lend, is told, and nobody moves", async ({
    processes,
  }) => {
    const { asker, lender } = await pairOf(processes, { workers: ["h1"], flags: ["--lending", "observe"] }, {});
    await asker.operator.submitAll(Array.from({ length: 3 }, () => ({ type: "wait", payload: "/nowhere" })));
    await asker.events.first("what it would ask for", ({ kind }) => kind === "borrow-asked");
    expect(await why(processes, asker, "borrow")).toMatch(
      / would have been asked for \d+ workers?, since .+; lending is only observed\.$/m,
    );
    expect(await asker.operator.metrics()).toMatch(/^mutirao_borrow_asks_total 0$/m);
    await lender.operator.call("POST", "/loans:borrow", { workers: 1 });
    await lender.events.first("the refusal", ({ kind, code }) => kind === "borrow-answered" && code === "LEND_OFF");
    expect(await why(processes, asker, "peer", "idle")).toContain("; with --lending on it ");
    for (const master of [asker, lender]) expect(await loansAt(master)).toStrictEqual([]);
  });

  test("--connect-address and --home-address: the worker goes where it is told, and says of its owner what it is told", async ({
    processes,
  }) => {
    const [here, there] = [await newPlace(), await newPlace()];
    const [toHere, toThere] = [await forwardTo(here), await forwardTo(there)];
    onTestFinished(() => Promise.all([toHere.close(), toThere.close()]).then(() => {}));
    const { asker, lender } = await pairOf(
      processes,
      { place: here, flags: ["--connect-address", toHere.address] },
      {
        place: there,
        flags: ["--connect-address", toThere.address, "--home-address", `${here.address}=ip:port`],
      },
    );
    const id = await asker.operator.submit({ type: "echo", payload: 7 });
    expect(await asker.operator.ended(id)).toMatchObject({ state: "done", worker: "i1" });
    const redirect = await lender.events.first("the order to go", lineWith("REDIRECT", "sent"));
    const [host, port] = toHere.address.split(":");
    expect(JSON.parse(lineOf(redirect))).toMatchObject({ SERVER_REDIRECT: { ip: host, port: Number(port) } });
    expect(toHere.taken()).toBeGreaterThan(0);

    const alive = await asker.events.first("its arrival", lineWith("ALIVE", "received"));
    expect(JSON.parse(lineOf(alive))).toMatchObject({ WORKER_UUID: "i1", SERVER_UUID: toThere.address });
    const back = await asker.events.first("the order to go home", lineWith("RETURN", "sent"));
    const [homeHost, homePort] = toThere.address.split(":");
    expect(JSON.parse(lineOf(back))).toMatchObject({ SERVER_RETURN: { ip: homeHost, port: Number(homePort) } });
    // Its home is where it began, whatever it is told.
    await until("it is home", lender.operator.workers, (all) => all.some(({ status }) => status === "ALIVE"));
    expect(toThere.taken()).toBe(0);
    expect(await loansAt(asker)).toMatchObject([{ owner: "idle", borrower: "hot", direction: "in", worker: "i1" }]);
  });
});
