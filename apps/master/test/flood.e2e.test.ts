import { join } from "node:path";
import { logged, test } from "@mutirao/process-tests";
import { expect, vi } from "vitest";
import { runMaster } from "./support/master-command.ts";
import { startMasterAt } from "./support/master-under-test.ts";
import { operatorOf } from "./support/operator.ts";
import { newPlace } from "./support/places.ts";
import { startWorker } from "./support/worker-under-test.ts";

vi.setConfig({ testTimeout: 120_000 });

const PAYLOAD_BYTES = 1_000;
const orders = (client: number) =>
  Array.from({ length: 6_000 }, (_, index) => ({
    ...{ id: `c${client}-${index}`, type: "echo", payload: "x".repeat(PAYLOAD_BYTES) },
  }));

test("a flood of tasks at a master with 64 MiB: what is too much is refused line by line, what was accepted is kept", async ({
  processes,
}) => {
  const place = await newPlace();
  const flags = ["--data-dir", join(await processes.newFolder(), "data"), "--backlog-max-bytes", "4000000"];
  const master = runMaster(processes, [...place.flags, ...flags], ["--max-old-space-size=64"]);
  await logged(master, { event: "http-listening" });
  const operator = operatorOf(place.flags);
  // 24 MB of payloads, in all.
  const batches = await Promise.all([1, 2, 3, 4].map((client) => operator.submitAll(orders(client))));
  const answers = batches.flat();
  expect(answers).toHaveLength(24_000);
  const accepted = answers.filter(({ status }) => status === 202);
  expect(accepted.length).toBeLessThanOrEqual(4_000_000 / PAYLOAD_BYTES);
  expect(accepted.length).toBeGreaterThan(3_000_000 / PAYLOAD_BYTES);
  for (const { status, problem } of answers) {
    if (status !== 202) expect([status, problem?.code]).toStrictEqual([503, "ERR_BACKLOG_FULL"]);
  }
  expect(await operator.call("POST", "/tasks", orders(5)[0])).toMatchObject({
    status: 503,
    retryAfter: expect.stringMatching(/^[1-9]\d*$/),
  });
  expect(await operator.load()).toMatchObject({ backlog: accepted.length });

  await master.kill();
  await startMasterAt(processes, place.flags, ...flags);
  expect(await operator.load()).toMatchObject({ backlog: accepted.length });
  // There is room again as soon as some of it is done.
  startWorker(processes, place.address, "hazards", "--slots", "16", "--processes", "1");
  const last = accepted.at(-1)?.id ?? "";
  expect(await operator.ended(last)).toMatchObject({ state: "done" });
  await operator.submit({ id: "later", type: "echo", payload: "later" });
  expect(await operator.ended("later")).toMatchObject({ state: "done", result: "later" });
});
