import { expect } from "vitest";
import { ok } from "./support/outcomes.ts";
import { test } from "./support/runner-harness.ts";

const TIME_LIMIT_MS = 4_000;

const handler = `
import { z } from "zod";
export const brief = {
  type: "brief", input: z.any(), output: z.any(),
  run: (_, { progress }) => { progress(0); return new Promise((resolve) => setTimeout(resolve, 300, "done")); },
};`;
const program = "console.error('up'); setTimeout(() => console.log(1), 300);";

/** As if this process were stopped: timers are due first when it goes on, before anything is read. */
async function standStill(forMs: number): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, forMs);
}

test("what was done in time counts, although the worker stood still until its time was over", async ({
  runners,
  folder,
}) => {
  const runner = await runners.start({
    handlers: [folder.write("brief.js", handler)],
    commands: [{ type: "QUERY", argv: [process.execPath, "-e", program] }],
  });
  const ofHandler = runner.start("brief", null, TIME_LIMIT_MS);
  const ofProgram = runner.start("QUERY", null, TIME_LIMIT_MS);
  await Promise.all([ofHandler.progressed(), runner.logged({ event: "handler-output", msg: "up" })]);
  await standStill(TIME_LIMIT_MS + 500);
  expect(await ofHandler.outcome).toStrictEqual(ok("done"));
  expect(await ofProgram.outcome).toStrictEqual(ok(1));
});
