import { DatabaseSync } from "node:sqlite";
import { ORDER_COLUMNS, STATUS_COLUMNS } from "../columns.ts";
import { LEASE_COLUMNS } from "../lease-columns.ts";

/** Marks a file as ours: "MuTi" in ASCII. */
export const APPLICATION_ID = 0x4d_75_54_69;

/**
 * What makes each version of the schema of the one before it. A change is a new entry; entries that were ever released
 * stay as they are.
 *
 * `tasks` has what was asked for, and never changes; `statuses` has how far a task has come, once anything has happened
 * to it. Tasks end about in the order in which they were accepted, so both tables are written at their end nearly
 * always, and a group touches as few pages as it can. For the same reason there is no index: the thread knows every
 * id and every end (`known-rows.ts`). Times may have a fraction. `row-check.ts` says what the checks are.
 *
 * `leases` has the last lease of each worker; those of the borrower are empty if the worker is home.
 */
const migrations: readonly string[] = [
  `CREATE TABLE tasks (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL,
    type TEXT NOT NULL,
    payload TEXT NOT NULL,
    priority INTEGER NOT NULL,
    timeout_ms REAL NOT NULL,
    max_attempts INTEGER NOT NULL,
    accepted_at REAL NOT NULL,
    order_check INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE statuses (
    seq INTEGER PRIMARY KEY,
    state INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    failures INTEGER NOT NULL,
    losses INTEGER NOT NULL,
    stories TEXT,
    worker TEXT,
    started_at REAL,
    ended_at REAL,
    result TEXT,
    error TEXT,
    status_check INTEGER NOT NULL
  ) STRICT`,
  `CREATE TABLE leases (
    worker TEXT PRIMARY KEY,
    epoch INTEGER NOT NULL,
    changed_at REAL NOT NULL,
    peer TEXT,
    borrower TEXT,
    host TEXT,
    port INTEGER,
    is_foreign INTEGER,
    lease_check INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID`,
];

/** The version that this program reads and writes. */
export const SCHEMA_VERSION = migrations.length;
/** The version in which there were leases for the first time. */
export const LEASES_SINCE = 2;

/** Brings a database from a version to the current one, all or nothing. */
export function migrate(database: DatabaseSync, from: number): void {
  if (from === SCHEMA_VERSION) return;
  const steps = migrations.slice(from).join(";\n");
  database.exec(`BEGIN IMMEDIATE;\n${steps};\nPRAGMA user_version = ${SCHEMA_VERSION};\nCOMMIT`);
}

/** The columns of each table, in their order. */
export const TASKS_COLUMNS: readonly string[] = ["seq", ...ORDER_COLUMNS, "order_check"];
export const STATUSES_COLUMNS: readonly string[] = ["seq", ...STATUS_COLUMNS, "status_check"];
export const LEASES_COLUMNS: readonly string[] = [...LEASE_COLUMNS, "lease_check"];

/** Rows of `t` with those of `s` that belong to them: the columns of both tables, but for the second `seq`. */
export const SELECT_ROWS = `SELECT ${[
  ...TASKS_COLUMNS.map((column) => `t.${column}`),
  ...STATUSES_COLUMNS.slice(1).map((column) => `s.${column}`),
].join(", ")} FROM tasks t LEFT JOIN statuses s ON s.seq = t.seq`;

export const SELECT_LEASES = `SELECT ${LEASES_COLUMNS.join(", ")} FROM leases`;

/** The text of all that a database defines. It stands in the file like everything else, and may be damaged. */
export const schemaOf = (database: DatabaseSync): string =>
  JSON.stringify(
    database
      .prepare("SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY rowid")
      .all()
      .map((row) => Object.values(row)),
  );

/** What {@link schemaOf} gives for an undamaged store of a version. */
export function schemaOfVersion(version: number): string {
  const model = new DatabaseSync(":memory:");
  try {
    model.exec(migrations.slice(0, version).join(";\n"));
    return schemaOf(model);
  } finally {
    model.close();
  }
}
