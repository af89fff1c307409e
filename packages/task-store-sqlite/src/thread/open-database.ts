import { DatabaseSync } from "node:sqlite";
import type { ThreadOptions } from "../messages.ts";
import { holdDirectory } from "./directory-holder.ts";
import { lockDirectory } from "./directory-lock.ts";
import { ensureDirectory, exists, filesIn, sizeOf } from "./files.ts";
import { type CheckPlace, createPlaceCheck } from "./files-in-place.ts";
import { inspectDatabase } from "./inspect-database.ts";
import type { KnownRows } from "./known-rows.ts";
import { makeDatabase } from "./make-database.ts";
import { migrate } from "./schema.ts";

export interface OpenDatabase {
  readonly database: DatabaseSync;
  readonly known: KnownRows;
  readonly checkPlace: CheckPlace;
  /** See `Opened`. */
  readonly former: string | undefined;
  /** Lets go of the file and then of the directory. */
  close(): void;
}

/** Opens the store of a directory, which is made if there is none. */
export function openDatabase({ directory, fileMaxBytes }: ThreadOptions): OpenDatabase {
  ensureDirectory(directory);
  const files = filesIn(directory);
  const lock = lockDirectory(files);
  const holder = holdDirectory(files.holder);
  try {
    if (!exists(files.database) && sizeOf(files.log) === 0) makeDatabase(files);
    const { version, known } = inspectDatabase(files);
    const database = openForWriting(files.database, version, fileMaxBytes);
    return {
      database,
      known,
      checkPlace: createPlaceCheck(files),
      former: holder.former,
      close() {
        database.close();
        holder.leave();
        lock.close();
      },
    };
  } catch (error) {
    holder.retreat();
    lock.close();
    throw error;
  }
}

/** After a burst the log is cut back to this. */
const LOG_KEPT_BYTES = 16 * 1_024 * 1_024;

function openForWriting(path: string, version: number, fileMaxBytes: number | undefined): DatabaseSync {
  const database = new DatabaseSync(path);
  try {
    database.exec(`
      PRAGMA locking_mode = EXCLUSIVE;
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      PRAGMA fullfsync = ON;
      PRAGMA checkpoint_fullfsync = ON;
      PRAGMA wal_autocheckpoint = 0;
      PRAGMA journal_size_limit = ${LOG_KEPT_BYTES};
      PRAGMA cell_size_check = ON;
      PRAGMA trusted_schema = OFF;
      PRAGMA temp_store = MEMORY;
    `);
    migrate(database, version);
    if (fileMaxBytes !== undefined) limitSize(database, fileMaxBytes);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function limitSize(database: DatabaseSync, fileMaxBytes: number): void {
  const { page_size: pageBytes } = database.prepare("PRAGMA page_size").get() as { readonly page_size: number };
  database.exec(`PRAGMA max_page_count = ${Math.max(1, Math.floor(fileMaxBytes / pageBytes))}`);
}
