import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { TaskChange } from "@mutirao/task-store";
import { expect } from "vitest";
import { DATABASE, imagesAfter, putImage, type StoreImage, takeImage } from "./store-image.ts";

/** The image of a store of version 1, which knew no leases. */
export function imageOfVersion1(directory: string, changes: readonly TaskChange[]): StoreImage {
  putImage(directory, imagesAfter(directory, [changes]).at(-1) ?? expect.fail());
  const database = new DatabaseSync(join(directory, DATABASE));
  database.exec("DROP TABLE leases; PRAGMA user_version = 1; VACUUM");
  database.close();
  return takeImage(directory);
}
