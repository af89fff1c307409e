import { crc32 } from "node:zlib";
import { type Cell, UNTOUCHED } from "../columns.ts";
import { StoreProblem } from "../failure.ts";
import { TASKS_COLUMNS } from "./schema.ts";

/**
 * SQLite finds damage to the structure of its file, not to what stands in it: a flipped bit in a payload would be
 * handed to a worker. So each row ends with a CRC of the others of its columns, in which its place counts too.
 */
export const checkOf = (seq: number, cells: readonly Cell[]): number => crc32(cells.join("\u0000"), seq % 2 ** 32);

/** A lease has no place but its worker, which is among its cells. */
export const leaseCheckOf = (lease: readonly Cell[]): number => checkOf(0, lease);

/** The cells of a row of `SELECT_LEASES`; throws if they are not what was written. */
export function checkedLease(row: readonly Cell[]): readonly Cell[] {
  const lease = row.slice(0, -1);
  if (row.at(-1) !== leaseCheckOf(lease)) {
    throw new StoreProblem("ERR_STORE_CORRUPT", `the lease of ${String(row[0])} is not what was written`);
  }
  return lease;
}

/** Which columns of a row of `SELECT_ROWS` are the task's cells; throws if they are not what was written. */
export function checkedCells(row: readonly Cell[]): readonly Cell[] {
  const seq = row[0] as number;
  const order = row.slice(1, ORDER_CHECK_AT);
  const statusCheck = row.at(-1);
  const status = statusCheck === null ? UNTOUCHED : row.slice(ORDER_CHECK_AT + 1, -1);
  if (row[ORDER_CHECK_AT] !== checkOf(seq, order) || (statusCheck !== null && statusCheck !== checkOf(seq, status))) {
    throw new StoreProblem("ERR_STORE_CORRUPT", `row ${seq} is not what was written`);
  }
  return order.concat(status);
}

const ORDER_CHECK_AT = TASKS_COLUMNS.length - 1;
