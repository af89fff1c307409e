import { accepted, endedStatus, leased, sampleLease, sampleTask, sampleTasks } from "@mutirao/task-store/conformance";
import { expect, it } from "vitest";
import { openSqliteTaskStore } from "../src/index.ts";
import { filesIn } from "../src/thread/files.ts";
import { inspectDatabase } from "../src/thread/inspect-database.ts";
import { openDatabase } from "../src/thread/open-database.ts";
import { imageOfVersion1 } from "./support/former-store.ts";
import { LOG, putImage, takeImage } from "./support/store-image.ts";
import { temporaryDirectory } from "./support/temporary-directory.ts";

const ended = sampleTask(50, { status: endedStatus("done", 50) });
const tasks = [...sampleTasks(0, 50).map(accepted), accepted(ended)];
const versionIn = (directory: string): number => inspectDatabase(filesIn(directory)).version;

it("a store of the version before keeps its tasks, and from then on has leases", async () => {
  const directory = `${temporaryDirectory()}/store`;
  putImage(directory, imageOfVersion1(directory, tasks));
  expect(versionIn(directory)).toBe(1);

  const store = await openSqliteTaskStore({ directory });
  const unfinished = sampleTasks(0, 50);
  const finished = [{ id: ended.id, state: "done", endedAt: ended.status.endedAt }];
  expect(await store.load()).toEqual({ unfinished, finished, leases: [] });
  expect(await store.get(ended.id)).toEqual(ended);
  const lease = sampleLease("w1", 1, "b");
  await store.write([leased(lease), accepted(sampleTask(51))]);
  await store.close();

  expect(versionIn(directory)).toBe(2);
  const again = await openSqliteTaskStore({ directory });
  expect(await again.load()).toEqual({ unfinished: [...unfinished, sampleTask(51)], finished, leases: [lease] });
  await again.close();
});

it("a crash right after a store was brought up to date leaves one that is", () => {
  const directory = `${temporaryDirectory()}/store`;
  putImage(directory, imageOfVersion1(directory, tasks));
  const open = openDatabase({ directory, fileMaxBytes: undefined });
  const crashed = takeImage(directory);
  open.close();
  // The database itself is the old one still, and the log brings the change.
  expect(crashed[LOG]?.length).toBeGreaterThan(0);
  putImage(directory, crashed);
  expect(versionIn(directory)).toBe(2);
  putImage(directory, { ...crashed, [LOG]: Buffer.alloc(0) });
  expect(versionIn(directory)).toBe(1);
  openDatabase({ directory, fileMaxBytes: undefined }).close();
  expect(inspectDatabase(filesIn(directory)).known.seqs.size).toBe(tasks.length);
});
