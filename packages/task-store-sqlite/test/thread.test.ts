import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { taskId } from "@mutirao/primitives";
import { accepted, sampleTask, sampleTasks } from "@mutirao/task-store/conformance";
import { expect, it } from "vitest";
import { openSqliteTaskStore } from "../src/index.ts";
import { startThread } from "../src/thread-link.ts";
import { createWriteBatches } from "../src/write-batches.ts";
import { storeErrorOf } from "./support/failure.ts";
import { LOG } from "./support/store-image.ts";
import { temporaryDirectory } from "./support/temporary-directory.ts";

const OPTIONS = { directory: "", fileMaxBytes: undefined };
const CRASHING = new URL("./children/crashing-thread.ts", import.meta.url);

it("a thread that crashes takes everything that waits with it, and whatever comes later", async () => {
  const thread = await startThread(OPTIONS, CRASHING);
  const write = createWriteBatches(thread.perform);
  await write([accepted(sampleTask(0))]);
  const waiting = [
    write([accepted(sampleTask(1))]),
    thread.perform({ kind: "get", id: taskId("task-1") }),
    thread.perform({ kind: "forget" }),
  ];
  const errors = await Promise.all(waiting.map(storeErrorOf));
  errors.push(await storeErrorOf(write([])), await storeErrorOf(thread.perform({ kind: "close" })));
  for (const { code, message } of errors) {
    expect(code).toBe("ERR_STORE_FAILED");
    expect(message).toContain("its thread crashed: out of luck");
  }
  await thread.end();
});

it("a thread that cannot be started fails the opening", async () => {
  const missing = new URL("./children/no-such-thread.ts", import.meta.url);
  expect((await storeErrorOf(startThread(OPTIONS, missing))).code).toBe("ERR_STORE_FAILED");
});

it("what is asked for together is made durable together", async () => {
  const directory = temporaryDirectory();
  const store = await openSqliteTaskStore({ directory });
  await store.load();
  await Promise.all(sampleTasks(0, 1_000).map(async (task) => store.write([accepted(task)])));
  // Each transaction adds at least a page to the log, and a thousand of them four megabytes.
  expect(statSync(join(directory, LOG)).size).toBeLessThan(1_000_000);
  await store.close();
});

it("the log does not outgrow the database for long, and close() leaves none", async () => {
  const directory = temporaryDirectory();
  const store = await openSqliteTaskStore({ directory });
  await store.load();
  for (let group = 0; group < 60; group++) {
    await store.write(
      sampleTasks(100 * group, 100 * (group + 1)).map((task) => accepted({ ...task, type: "x".repeat(1_000) })),
    );
  }
  expect(statSync(join(directory, LOG)).size).toBeLessThan(6_000_000);
  await store.close();
  expect(readdirSync(directory).sort()).toEqual(["tasks.db", "tasks.lock"]);
});
