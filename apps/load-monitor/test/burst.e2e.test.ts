import { freePort, type Processes } from "@mutirao/process-tests";
import type { Page } from "playwright-core";
import { describe, expect } from "vitest";
import { browserPath } from "./support/chromium.ts";
import { eventually } from "./support/eventually.ts";
import { test } from "./support/looking.ts";
import { type MonitorUnderTest, startMaster, startMonitor, startWorker } from "./support/monitor-under-test.ts";

const names = ["hot", "calm", "cool"] as const;
const WORKERS_EACH = 2;
const TASKS = 80;
const TASK_MS = 100;

/** Three masters that are each other's peers, two workers each, and a monitor that all three report to. */
async function startTown(processes: Processes): Promise<MonitorUnderTest> {
  const monitor = await startMonitor(processes, "--history", "off");
  const ports = await Promise.all(names.map(() => freePort("127.0.0.1")));
  names.forEach((name, n) => {
    const peers = ports.filter((_, other) => other !== n).flatMap((port) => ["--peer", `127.0.0.1:${port}`]);
    startMaster(processes, monitor, "--id", name, "--port", `${ports[n]}`, "--interval", "0.5", ...peers);
    for (let each = 1; each <= WORKERS_EACH; each++)
      startWorker(processes, `127.0.0.1:${ports[n]}`, `${name}-w${each}`);
  });
  return monitor;
}

async function handInBurst(monitor: MonitorUnderTest, folder: string): Promise<void> {
  const http = (await monitor.snapshot()).masters.find(({ id }) => id === "hot")?.http ?? "";
  const lines = Array.from({ length: TASKS }, (_, n) =>
    JSON.stringify({ type: "count", payload: { n, ms: TASK_MS, folder } }),
  );
  const headers = { "content-type": "application/x-ndjson" };
  await fetch(`http://${http}/tasks:batch`, { method: "POST", headers, body: lines.join("\n") });
}

const isAcquainted = async (monitor: MonitorUnderTest): Promise<boolean> => {
  const { masters, workers } = await monitor.snapshot();
  const knowsAll = masters.filter(
    ({ isFollowed, peers }) => isFollowed && peers.filter(({ status }) => status === "ALIVE").length === 2,
  );
  return knowsAll.length === names.length && workers.length === names.length * WORKERS_EACH;
};

/** Opens the first such message and gives what it shows of the wire. */
async function openMessage(page: Page, name: RegExp): Promise<string> {
  const message = page.locator("#conversation .message", { has: page.getByRole("button", { name }) }).first();
  await message.getByRole("button").click();
  const wire = await message.locator(".wire").textContent();
  await message.getByRole("button").click();
  return wire ?? "";
}

/** Whether a canvas has anything in the colour of this property. */
const isDrawn = (page: Page, canvas: string, property: string): Promise<boolean> =>
  page.evaluate<boolean>(`(() => {
    const probe = document.createElement("i");
    probe.style.color = "var(${property})";
    document.body.append(probe);
    const wanted = getComputedStyle(probe).color.match(/\\d+/g).map(Number);
    probe.remove();
    const canvas = document.querySelector(${JSON.stringify(canvas)});
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    for (let at = 0; at < data.length; at += 4) {
      if (data[at + 3] > 200 && wanted.every((part, n) => Math.abs(data[at + n] - part) < 12)) return true;
    }
    return false;
  })()`);

describe.skipIf(browserPath === undefined)("a burst at one of three masters", () => {
  test("is seen as loans on the topology, in the conversation down to its bytes, and on the charts", async ({
    processes,
    look,
  }) => {
    const monitor = await startTown(processes);
    const page = await look(monitor);
    await eventually(() => isAcquainted(monitor)).toBe(true);
    await page.getByRole("button", { name: "hot", exact: true }).first().click();
    expect(await page.locator("[data-loan]").count()).toBe(0);

    await handInBurst(monitor, await processes.newFolder());
    const guest = page.locator('[data-place="hot"]:not([data-worker^="hot"])').first();
    await guest.waitFor();
    await page
      .getByRole("img", { name: /^(calm|cool)-w\d of (calm|cool) is on loan to hot, / })
      .first()
      .waitFor();
    const borrowed = page.locator("#master figure", { hasText: "borrowed" });
    await borrowed.getByText(/borrowed [1-4]/).waitFor();
    await eventually(() => isDrawn(page, "#master figure:last-child canvas", "--borrowed")).toBe(true);

    const awayFrom = page.locator('[data-place="hot"]:not([data-worker^="hot"])');
    await awayFrom.first().waitFor({ state: "detached" });
    await eventually(() => awayFrom.count()).toBe(0);
    await page.locator("[data-loan]").first().waitFor({ state: "detached" });

    const { exchanges, loans, alarms } = await monitor.snapshot();
    expect([loans, alarms.filter(({ kind }) => kind !== "PEER_FLAPPING")]).toStrictEqual([[], []]);
    // What one has sent and what the other has received is the same to the byte.
    for (const sent of exchanges.filter(({ word }) => /REQUEST|AVAILABLE|COMMAND|RELEASE/.test(word))) {
      const { from, to, word, line } = sent;
      const tellers = exchanges.filter((one) => one.from === from && one.to === to && one.line === line);
      expect([word, new Set(tellers.map(({ toldBy }) => toldBy))]).toStrictEqual([word, new Set([from, to])]);
    }
    const wire = async (name: RegExp): Promise<unknown> => JSON.parse(await openMessage(page, name));
    while (await page.getByRole("button", { name: /older message/ }).isVisible()) {
      await page.getByRole("button", { name: /older message/ }).click();
    }
    expect(await wire(/hot to (calm|cool): WORKER_REQUEST, \d workers?, the wait of/)).toMatchObject({
      TASK: "WORKER_REQUEST",
      REQUESTOR_INFO: { ip: "127.0.0.1", port: expect.any(Number) },
    });
    expect(await wire(/(calm|cool) to hot: AVAILABLE, \d worker/)).toMatchObject({ RESPONSE: "AVAILABLE" });
    expect(await wire(/(calm|cool)-w\d: REDIRECT/)).toMatchObject({ TASK: "REDIRECT" });
    expect(await wire(/(calm|cool)-w\d to hot: ALIVE/)).toMatchObject({
      WORKER: "ALIVE",
      SERVER_UUID: expect.any(String),
    });
    expect(await wire(/hot to (calm|cool)-w\d: RETURN/)).toMatchObject({ TASK: "RETURN" });
    expect(await wire(/(calm|cool) to hot: RELEASE_COMPLETED/)).toMatchObject({ RESPONSE: "RELEASE_COMPLETED" });
  });
});
