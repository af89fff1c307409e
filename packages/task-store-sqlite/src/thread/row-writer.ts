import type { DatabaseSync } from "node:sqlite";
import type { Cell } from "../columns.ts";

/** Writes rows, given as one flat list of cells. A row takes the place of one with the same key. */
export type RowWriter = (cells: readonly Cell[]) => void;

/** What a statement costs besides its rows is shared by so many of them; more than that would gain little. */
const ROWS_AT_ONCE = 16;

export function createRowWriter(database: DatabaseSync, table: string, columns: readonly string[]): RowWriter {
  const row = `(${columns.map(() => "?").join(", ")})`;
  const prepare = (rows: number) =>
    database.prepare(
      `INSERT OR REPLACE INTO ${table} (${columns.join(", ")}) VALUES ${Array(rows).fill(row).join(", ")}`,
    );
  const [one, several] = [prepare(1), prepare(ROWS_AT_ONCE)];
  const width = columns.length;

  return (cells) => {
    let at = 0;
    for (; at + ROWS_AT_ONCE * width <= cells.length; at += ROWS_AT_ONCE * width) {
      several.run(...cells.slice(at, at + ROWS_AT_ONCE * width));
    }
    for (; at < cells.length; at += width) one.run(...cells.slice(at, at + width));
  };
}
