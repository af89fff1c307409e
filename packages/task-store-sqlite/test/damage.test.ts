import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { accepted, endedStatus, leased, sampleLease, sampleTasks } from "@mutirao/task-store/conformance";
import { expect, it } from "vitest";
import { openSqliteTaskStore } from "../src/index.ts";
import { storeErrorOf } from "./support/failure.ts";
import {
  cutAt,
  DATABASE,
  imagesAfter,
  LOG,
  putImage,
  type StoreImage,
  takeImage,
  withFlippedBit,
} from "./support/store-image.ts";
import { temporaryDirectory } from "./support/temporary-directory.ts";

const newDirectory = (): string => join(temporaryDirectory(), "store");

/** A store as a crash leaves it, with a log, and as close() does. */
function takePictures(): { readonly running: StoreImage; readonly closed: StoreImage } {
  const writes = [
    sampleTasks(0, 50).map((task, n) => accepted(n === 0 ? { ...task, status: endedStatus("done", 1) } : task)),
    [...sampleTasks(50, 60).map(accepted), leased(sampleLease("w1", 3, "b")), leased(sampleLease("w2", 1, "b"))],
    sampleTasks(60, 70).map(accepted),
  ];
  const images = imagesAfter(newDirectory(), writes);
  return { running: images.at(-2) ?? expect.fail(), closed: images.at(-1) ?? expect.fail() };
}

/** Where the header says how many pages are free: https://www.sqlite.org/fileformat2.html#the_database_header */
const FREE_PAGES_AT = 36;

/** The image after something that only a stranger would do. */
function withSql(image: StoreImage, sql: string): StoreImage {
  const directory = newDirectory();
  putImage(directory, image);
  const database = new DatabaseSync(join(directory, DATABASE));
  database.exec(sql);
  database.close();
  return takeImage(directory);
}

/** Checks that the store is refused with a code, and that no byte of it is another one afterwards. */
async function expectLeftAlone(image: StoreImage, code: string, detail: string): Promise<void> {
  const directory = newDirectory();
  putImage(directory, image);
  const error = await storeErrorOf(openSqliteTaskStore({ directory }));
  expect(error.code).toBe(code);
  expect(error.message).toContain(detail);
  const left = takeImage(directory);
  expect(left).toEqual(image);
}

it("leaves a damaged store as it is", async () => {
  const { running, closed } = takePictures();
  const payloadAt = closed[DATABASE]?.lastIndexOf("user 55") ?? -1;
  expect(payloadAt).toBeGreaterThan(0);
  await expectLeftAlone(
    withFlippedBit(closed, DATABASE, 8 * payloadAt),
    "ERR_STORE_CORRUPT",
    "row 56 is not what was written",
  );
  await expectLeftAlone(withFlippedBit(running, LOG, 8 * 200), "ERR_STORE_CORRUPT", "frame 1 of its log is damaged");
  await expectLeftAlone(withFlippedBit(running, LOG, 8 * 8), "ERR_STORE_CORRUPT", "the header of its log is damaged");
  await expectLeftAlone(cutAt(closed, DATABASE, 8_192), "ERR_STORE_CORRUPT", "");
});

it("leaves alone what is no store", async () => {
  const { running } = takePictures();
  await expectLeftAlone(
    { [DATABASE]: Buffer.from("my tasks:\n- milk\n".repeat(100)) },
    "ERR_STORE_CORRUPT",
    "not a database",
  );
  await expectLeftAlone({ [DATABASE]: Buffer.alloc(0) }, "ERR_STORE_CORRUPT", "empty");
  await expectLeftAlone({ [LOG]: running[LOG] ?? expect.fail() }, "ERR_STORE_CORRUPT", "gone while its log is there");

  const directory = newDirectory();
  mkdirSync(directory);
  const foreign = new DatabaseSync(join(directory, DATABASE));
  foreign.exec("CREATE TABLE tasks (seq INTEGER PRIMARY KEY)");
  foreign.close();
  await expectLeftAlone(takeImage(directory), "ERR_STORE_CORRUPT", "it is not a store of tasks");
});

it("finds what does not belong together", async () => {
  const { closed } = takePictures();
  const changes = {
    "row 1000 is not what was written": "UPDATE tasks SET seq = 1000 WHERE seq = 3",
    "row 4 is not what was written": "UPDATE statuses SET seq = 4 WHERE seq = 1",
    "statuses of tasks that are not there": "DELETE FROM tasks WHERE seq = 1",
    "the lease of w1 is not what was written": "UPDATE leases SET peer = NULL WHERE worker = 'w1'",
    "the lease of w3 is not what was written": "UPDATE leases SET worker = 'w3' WHERE worker = 'w2'",
    "its tables are not those of version 2": "CREATE INDEX tasks_id ON tasks (id)",
  };
  for (const [detail, sql] of Object.entries(changes))
    await expectLeftAlone(withSql(closed, sql), "ERR_STORE_CORRUPT", detail);
});

it("finds a damaged list of free pages, which no row is on", async () => {
  const { closed } = takePictures();
  const image = withSql(closed, "DELETE FROM tasks WHERE seq > 10");
  const freePages = image[DATABASE]?.readUInt32BE(FREE_PAGES_AT) ?? 0;
  expect(freePages).toBeGreaterThan(0);
  await expectLeftAlone(withFlippedBit(image, DATABASE, 8 * (FREE_PAGES_AT + 3) + 1), "ERR_STORE_CORRUPT", "reelist");
});

it("leaves a store of a later version to later programs", async () => {
  const { closed } = takePictures();
  await expectLeftAlone(
    withSql(closed, "PRAGMA user_version = 1000"),
    "ERR_STORE_VERSION",
    "version 1000, and 2 is the latest known here",
  );
});
