import { freePort, test } from "@mutirao/process-tests";
import { expect } from "vitest";
import { eventually } from "./support/eventually.ts";
import { startMaster, startMonitor, startWorker } from "./support/monitor-under-test.ts";

test("of a burst at one of two masters the monitor shows the loan, what was said about it, and its end", async ({
  processes,
}) => {
  const monitor = await startMonitor(processes, "--history", "off");
  const [here, there] = [await freePort("127.0.0.1"), await freePort("127.0.0.1")];
  const start = (id: string, port: number, peer: number) =>
    startMaster(
      processes,
      monitor,
      ...["--id", id, "--port", `${port}`, "--peer", `127.0.0.1:${peer}`, "--interval", "0.5"],
    );
  start("hot", here, there);
  start("calm", there, here);
  startWorker(processes, `127.0.0.1:${here}`, "h1");
  startWorker(processes, `127.0.0.1:${there}`, "c1");
  const workers = async () =>
    (await monitor.snapshot()).workers
      .map(({ id, owner, master }) => [id, owner, master].map(String))
      .toSorted((a, b) => String(a).localeCompare(String(b)));
  const home = [
    ["c1", "calm", "calm"],
    ["h1", "hot", "hot"],
  ];
  await eventually(workers).toStrictEqual(home);
  await eventually(async () => (await monitor.snapshot()).masters).toMatchObject([
    { isFollowed: true, peers: [{ status: "ALIVE" }] },
    { isFollowed: true, peers: [{ status: "ALIVE" }] },
  ]);
  const http = (await monitor.snapshot()).masters.find(({ id }) => id === "hot")?.http ?? "";
  const folder = await processes.newFolder();
  const lines = Array.from({ length: 60 }, (_, n) =>
    JSON.stringify({ type: "count", payload: { n, ms: 100, folder } }),
  );
  const headers = { "content-type": "application/x-ndjson" };
  await fetch(`http://${http}/tasks:batch`, { method: "POST", headers, body: lines.join("\n") });

  const loan = { worker: "c1", lender: "calm", borrower: "hot", saidBy: expect.arrayContaining(["calm", "hot"]) };
  await eventually(async () => (await monitor.snapshot()).loans).toStrictEqual([expect.objectContaining(loan)]);
  await eventually(workers).toContainEqual(["c1", "calm", "hot"]);
  await eventually(async () => (await monitor.snapshot()).loans).toStrictEqual([]);
  await eventually(workers).toStrictEqual(home);

  const { notices, exchanges, alarms } = await monitor.snapshot();
  const kinds = new Set(notices.map(({ master, kind }) => `${master} ${kind}`));
  for (const told of ["hot borrow-asked", "hot borrow-answered", "calm lend-asked", "calm loan-changed"]) {
    expect(kinds).toContain(told);
  }
  const conversation = exchanges.map(({ from, word, to }) => `${from} ${word} ${to}`);
  const order = ["hot WORKER_REQUEST calm", "hot COMMAND_RELEASE calm", "calm RELEASE_COMPLETED hot"];
  const places = order.map((message) => conversation.indexOf(message));
  expect(places).not.toContain(-1);
  expect(places).toStrictEqual(places.toSorted((a, b) => a - b));
  expect(conversation).toContain("calm AVAILABLE hot");
  expect(alarms.filter(({ kind }) => kind !== "PEER_FLAPPING")).toStrictEqual([]);
});
