import { existsSync, mkdirSync, rmdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { accepted, sampleTask } from "@mutirao/task-store/conformance";
import { expect, it } from "vitest";
import { openSqliteTaskStore } from "../src/index.ts";
import { storeErrorOf } from "./support/failure.ts";
import { startStoreProcess } from "./support/store-process.ts";
import { temporaryDirectory } from "./support/temporary-directory.ts";

it("refuses a second process, which is told what to do, and lets the first one work on", async () => {
  const directory = temporaryDirectory();
  const first = await startStoreProcess({ directory });
  try {
    await first.store.load();
    const openings = [openSqliteTaskStore({ directory }), startStoreProcess({ directory })];
    for (const error of await Promise.all(openings.map(storeErrorOf))) {
      expect(error.code).toBe("ERR_STORE_LOCKED");
      expect(error.message).toContain("Stop it, or choose another `--data-dir`. (it is process ");
    }
    await first.store.write([accepted(sampleTask(1))]);
    expect(await first.store.get(sampleTask(1).id)).toEqual(sampleTask(1));
  } finally {
    await first.kill();
  }
  const next = await openSqliteTaskStore({ directory });
  expect((await next.load()).unfinished).toEqual([sampleTask(1)]);
  await next.close();
});

it("refuses a second store in the same process, and none after the first is closed", async () => {
  const directory = temporaryDirectory();
  const first = await openSqliteTaskStore({ directory });
  expect((await storeErrorOf(openSqliteTaskStore({ directory }))).code).toBe("ERR_STORE_LOCKED");
  await first.load();
  await first.write([accepted(sampleTask(1))]);
  await first.close();
  const second = await openSqliteTaskStore({ directory });
  expect((await second.load()).unfinished).toHaveLength(1);
  await second.close();
});

it("says who had a directory before, if it was not left in good order", async () => {
  const directory = temporaryDirectory();
  const first = await startStoreProcess({ directory });
  await first.kill();
  const second = await openSqliteTaskStore({ directory });
  expect(second.former).toMatch(/^process \d+ on \S+, since \d{4}-/);
  expect(second.former).not.toContain(`process ${process.pid} `);
  await second.close();
  const third = await openSqliteTaskStore({ directory });
  expect(third.former).toBeUndefined();
  await third.close();
});

it("does not take the place of who had the directory before, if it cannot open the store", async () => {
  const directory = temporaryDirectory();
  const holder = join(directory, "tasks.holder");
  writeFileSync(holder, '{"pid":7,"host":"elsewhere","since":"2026-01-01T00:00:00.000Z"}');
  mkdirSync(join(directory, "tasks.db"));
  await storeErrorOf(openSqliteTaskStore({ directory }));
  rmdirSync(join(directory, "tasks.db"));
  const store = await openSqliteTaskStore({ directory });
  expect(store.former).toBe("process 7 on elsewhere, since 2026-01-01T00:00:00.000Z");
  await store.close();
  expect(existsSync(holder)).toBe(false);
});

it.each(["", "{", "7", '{"pid":"x"}'])("is not troubled by a note that says nothing: %j", async (note) => {
  const directory = temporaryDirectory();
  writeFileSync(join(directory, "tasks.holder"), note);
  const store = await openSqliteTaskStore({ directory });
  expect(store.former).toBe("a process that could not note its number");
  await store.close();
});

it("makes a directory that is not there, for its owner alone", async () => {
  const directory = join(temporaryDirectory(), "a", "b");
  const store = await openSqliteTaskStore({ directory });
  await store.close();
  if (process.platform !== "win32") {
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    expect(statSync(join(directory, "..")).mode & 0o777).toBe(0o700);
    expect(statSync(join(directory, "tasks.db")).mode & 0o777).toBe(0o600);
  }
});

it("begins anew what a crash left half made", async () => {
  const directory = temporaryDirectory();
  writeFileSync(join(directory, "tasks.db.new"), "SQLite form");
  writeFileSync(join(directory, "tasks.db.new-journal"), "nonsense");
  const store = await openSqliteTaskStore({ directory });
  expect(await store.load()).toEqual({ unfinished: [], finished: [], leases: [] });
  await store.close();
});

it("says why a directory cannot be one", async () => {
  const directory = join(temporaryDirectory(), "file");
  writeFileSync(directory, "");
  const error = await storeErrorOf(openSqliteTaskStore({ directory }));
  expect(error.code).toBe("ERR_STORE_FAILED");
  expect(error.message).toContain("EEXIST");

  const other = temporaryDirectory();
  mkdirSync(join(other, "tasks.db"));
  expect((await storeErrorOf(openSqliteTaskStore({ directory: other }))).code).toBe("ERR_STORE_FAILED");
});
