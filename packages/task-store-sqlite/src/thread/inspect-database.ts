import { readFileSync, rmSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { type EpochMs, epochMs, taskId } from "@mutirao/primitives";
import { type Cell, endedAtOf, ORDER_COLUMNS } from "../columns.ts";
import { StoreProblem } from "../failure.ts";
import { exists, type StoreFiles, sizeOf } from "./files.ts";
import { knownLeaseOf } from "./known-leases.ts";
import { createKnownRows, type KnownRows } from "./known-rows.ts";
import { checkedCells, checkedLease } from "./row-check.ts";
import {
  APPLICATION_ID,
  LEASES_SINCE,
  SCHEMA_VERSION,
  SELECT_LEASES,
  SELECT_ROWS,
  schemaOf,
  schemaOfVersion,
} from "./schema.ts";
import { describeLogDamage } from "./write-ahead-log.ts";

export interface Inspection {
  /** The version of its schema. */
  readonly version: number;
  readonly known: KnownRows;
}

/**
 * Looks at every page and every row of a store, and changes nothing, so that one that is damaged is left as it is.
 * Throws a `StoreProblem`, or what SQLite says.
 */
export function inspectDatabase(files: StoreFiles): Inspection {
  // An empty file is a database to SQLite, but none that we have made.
  if (sizeOf(files.database) === 0) throw corrupt("the database is empty, or gone while its log is there");
  const hasLog = exists(files.log);
  const damage = hasLog ? describeLogDamage(readFileSync(files.log)) : undefined;
  if (damage !== undefined) throw corrupt(damage);
  const database = new DatabaseSync(files.database, { readOnly: true, returnArrays: true });
  try {
    return inspect(database);
  } catch (error) {
    throw isDamage(error) ? corrupt(error.message) : error;
  } finally {
    database.close();
    // A reader that may not write cannot take these away again.
    rmSync(files.sharedMemory, { force: true });
    if (!hasLog) rmSync(files.log, { force: true });
  }
}

const corrupt = (detail: string): StoreProblem => new StoreProblem("ERR_STORE_CORRUPT", detail);

/**
 * Errors that SQLite does not call corruption: what was asked has no meaning for what is there (SQLITE_ERROR), such as
 * a format that is unknown; or the file ends within a page (SQLITE_IOERR_SHORT_READ).
 */
const isDamage = (error: unknown): error is Error =>
  error instanceof Error && "errcode" in error && (error.errcode === 1 || error.errcode === 522);

function inspect(database: DatabaseSync): Inspection {
  database.exec("PRAGMA cell_size_check = ON; PRAGMA trusted_schema = OFF");
  if (pragma(database, "application_id") !== APPLICATION_ID) throw corrupt("it is not a store of tasks");
  const version = pragma(database, "user_version") as number;
  if (version > SCHEMA_VERSION) {
    throw new StoreProblem("ERR_STORE_VERSION", `version ${version}, and ${SCHEMA_VERSION} is the latest known here`);
  }
  if (version < 1) throw corrupt(`it has no version, but ${version}`);
  if (schemaOf(database) !== schemaOfVersion(version)) throw corrupt(`its tables are not those of version ${version}`);
  const verdict = pragma(database, "quick_check");
  if (verdict !== "ok") throw corrupt(String(verdict));
  const known = readKnownRows(database);
  if (version >= LEASES_SINCE) readKnownLeases(database, known);
  return { version, known };
}

function pragma(database: DatabaseSync, name: string): Cell | undefined {
  const row = database.prepare(`PRAGMA ${name}`).get() as readonly Cell[] | undefined;
  return row?.[0];
}

function readKnownRows(database: DatabaseSync): KnownRows {
  const known = createKnownRows();
  const ends: [seq: number, endedAt: EpochMs][] = [];
  let statuses = 0;
  for (const row of database.prepare(`${SELECT_ROWS} ORDER BY t.seq`).iterate() as Iterable<readonly Cell[]>) {
    const cells = checkedCells(row);
    const seq = row[0] as number;
    known.seqs.set(taskId(cells[0] as string), seq);
    known.nextSeq = seq + 1;
    const endedAt = endedAtOf(cells.slice(ORDER_COLUMNS.length));
    if (endedAt !== undefined) ends.push([seq, epochMs(endedAt)]);
    if (row.at(-1) !== null) statuses++;
  }
  const [written] = database.prepare("SELECT count(*) FROM statuses").get() as unknown as readonly Cell[];
  if (written !== statuses) throw corrupt("there are statuses of tasks that are not there");
  ends.sort(([, a], [, b]) => a - b);
  for (const [seq, endedAt] of ends) known.ends.set(seq, endedAt);
  return known;
}

function readKnownLeases(database: DatabaseSync, { leases }: KnownRows): void {
  for (const row of database.prepare(SELECT_LEASES).iterate() as Iterable<readonly Cell[]>) {
    const lease = knownLeaseOf(checkedLease(row));
    leases.set(lease.worker, lease);
  }
}
