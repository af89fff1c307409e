import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { MonitorError, type MonitorErrorCode } from "../monitor-errors.ts";
import type { Failure, ThreadOptions } from "./messages.ts";
import { APPLICATION_ID, createTables, migrations, VERSION } from "./schema.ts";

/** A monitor that is restarted may come a moment before the one that it replaces is quite gone. */
const LOCK_WAIT_MS = 1_000;

/** Opens the history of a directory, or makes it. @throws whatever prevents it: see {@link failureOf}. */
export function openFile({ directory, fileMaxBytes }: ThreadOptions): DatabaseSync {
  mkdirSync(directory, { recursive: true });
  const database = new DatabaseSync(join(directory, "history.sqlite"), { timeout: LOCK_WAIT_MS });
  try {
    // What is lost at a power cut is a few seconds of figures.
    database.exec(`
      PRAGMA locking_mode = EXCLUSIVE;
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = NORMAL;
      PRAGMA trusted_schema = OFF;
      PRAGMA temp_store = MEMORY;
      PRAGMA journal_size_limit = 8388608;
    `);
    prepare(database);
    const pageBytes = pragma(database, "page_size");
    database.exec(`PRAGMA max_page_count = ${Math.max(16, Math.floor(fileMaxBytes / pageBytes))}`);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function prepare(database: DatabaseSync): void {
  const { tables } = database.prepare("SELECT COUNT(*) AS tables FROM sqlite_schema").get() as { tables: number };
  if (tables === 0) {
    database.exec(`BEGIN IMMEDIATE; ${createTables} COMMIT`);
    return;
  }
  const [id, version] = [pragma(database, "application_id"), pragma(database, "user_version")];
  if (id !== APPLICATION_ID)
    throw new MonitorError("ERR_HISTORY_CORRUPT", "history.sqlite is the file of another program");
  const isKnown = version === VERSION || migrations.has(version);
  if (!isKnown) {
    throw new MonitorError(
      "ERR_HISTORY_CORRUPT",
      `history.sqlite has the form ${version}, and this monitor writes ${VERSION}`,
    );
  }
  const check = database.prepare("PRAGMA quick_check(1)").get() as Readonly<Record<string, unknown>>;
  const [found] = Object.values(check);
  if (found !== "ok") throw new MonitorError("ERR_HISTORY_CORRUPT", `history.sqlite is damaged: ${String(found)}`);
  for (let form = version; form < VERSION; form++) {
    database.exec(`BEGIN IMMEDIATE; ${migrations.get(form) ?? ""} PRAGMA user_version = ${form + 1}; COMMIT`);
  }
}

const pragma = (database: DatabaseSync, name: string): number =>
  Number(Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0]);

/** The low byte of a result of SQLite is its kind, the others say more about it. */
const codes: ReadonlyMap<number, MonitorErrorCode> = new Map([
  [5, "ERR_HISTORY_LOCKED"], // SQLITE_BUSY
  [11, "ERR_HISTORY_CORRUPT"], // SQLITE_CORRUPT
  [13, "ERR_HISTORY_FULL"], // SQLITE_FULL
  [26, "ERR_HISTORY_CORRUPT"], // SQLITE_NOTADB
]);

/** What went wrong, in our terms. */
export function failureOf(error: unknown): Failure {
  if (error instanceof MonitorError) return { code: error.code, message: error.message };
  if (!(error instanceof Error)) return { code: "ERR_HISTORY_FAILED", message: String(error) };
  const { errcode } = error as { readonly errcode?: unknown };
  const code = typeof errcode === "number" ? codes.get(errcode & 0xff) : undefined;
  return { code: code ?? "ERR_HISTORY_FAILED", message: error.message };
}
