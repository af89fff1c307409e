import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { StoreChange } from "@mutirao/task-store";
import { pushWrite } from "../../src/change-cells.ts";
import type { Cell } from "../../src/columns.ts";
import { failureOf } from "../../src/failure.ts";
import { filesIn } from "../../src/thread/files.ts";
import { inspectDatabase } from "../../src/thread/inspect-database.ts";
import { openDatabase } from "../../src/thread/open-database.ts";
import { SELECT_LEASES, SELECT_ROWS } from "../../src/thread/schema.ts";
import { createTransact } from "../../src/thread/transaction.ts";
import { createWriteGroup } from "../../src/thread/write-group.ts";

/** What a crash leaves of a store: its files by their names, without the lock. */
export type StoreImage = Readonly<Record<string, Buffer>>;

export const DATABASE = "tasks.db";
export const LOG = "tasks.db-wal";

/** The image of a store after each of the writes, every one of which was a transaction of its own, and after its end. */
export function imagesAfter(directory: string, writes: readonly (readonly StoreChange[])[]): readonly StoreImage[] {
  const open = openDatabase({ directory, fileMaxBytes: undefined });
  const writeGroup = createWriteGroup(open.database, open.known, createTransact(open));
  const images = writes.map((changes) => {
    const cells: Cell[] = [];
    pushWrite(cells, changes);
    writeGroup([cells]);
    return takeImage(directory);
  });
  open.close();
  return [...images, takeImage(directory)];
}

export const takeImage = (directory: string): StoreImage =>
  Object.fromEntries(
    readdirSync(directory)
      .filter((name) => !/^tasks\.(?:lock|holder)/.test(name))
      .map((name) => [name, readFileSync(join(directory, name))]),
  );

/** Puts an image in the place of whatever is there. */
export function putImage(directory: string, image: StoreImage): void {
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory);
  for (const [name, bytes] of Object.entries(image)) writeFileSync(join(directory, name), bytes);
}

/** The image with one bit of a file turned. */
export function withFlippedBit(image: StoreImage, name: string, bit: number): StoreImage {
  const bytes = Buffer.from(image[name] ?? []);
  bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return { ...image, [name]: bytes };
}

/** The image with a file cut at a length. */
export const cutAt = (image: StoreImage, name: string, length: number): StoreImage => ({
  ...image,
  [name]: (image[name] ?? Buffer.alloc(0)).subarray(0, length),
});

/** All rows that the store finds in an image, as text; or the code of the error with which it refuses it. */
export function readImage(directory: string, image: StoreImage): string {
  putImage(directory, image);
  try {
    inspectDatabase(filesIn(directory));
  } catch (error) {
    return failureOf(error).code;
  }
  return rowsIn(directory);
}

/** The same of a store that is then opened for writing. */
export function openImage(directory: string, image: StoreImage): string {
  putImage(directory, image);
  try {
    openDatabase({ directory, fileMaxBytes: undefined }).close();
  } catch (error) {
    return failureOf(error).code;
  }
  return rowsIn(directory);
}

/** Which tasks and leases there are in the store of a directory, and when they ended: cheaper than all rows. */
export function knownIn(directory: string): string {
  const { seqs, ends, leases } = inspectDatabase(filesIn(directory)).known;
  const tasks = Object.fromEntries([...seqs].map(([id, seq]) => [id, ends.get(seq) ?? "pending"]));
  return JSON.stringify([tasks, [...leases.values()]]);
}

function rowsIn(directory: string): string {
  const database = new DatabaseSync(join(directory, DATABASE), { readOnly: true });
  try {
    return JSON.stringify([`${SELECT_ROWS} ORDER BY t.seq`, SELECT_LEASES].map((sql) => database.prepare(sql).all()));
  } finally {
    database.close();
  }
}
