import { chmodSync, renameSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type StoreFiles, syncDirectory, syncFile } from "./files.ts";
import { APPLICATION_ID, migrate } from "./schema.ts";

/** Makes an empty store. A crash leaves either none or a whole one: it is made under another name. */
export function makeDatabase({ database, draft }: StoreFiles): void {
  for (const suffix of ["", "-journal", "-wal", "-shm"]) rmSync(`${draft}${suffix}`, { force: true });
  const making = new DatabaseSync(draft);
  try {
    making.exec(`PRAGMA locking_mode = EXCLUSIVE; PRAGMA application_id = ${APPLICATION_ID}`);
    migrate(making, 0);
    making.exec("PRAGMA journal_mode = WAL");
  } finally {
    making.close();
  }
  // What users ask for is nobody else's business, whatever the directory's rights are. The log takes after it.
  chmodSync(draft, 0o600);
  syncFile(draft);
  renameSync(draft, database);
  syncDirectory(dirname(database));
}
