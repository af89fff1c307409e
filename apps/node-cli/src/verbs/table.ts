import { styleText } from "node:util";

/** How a cell looks on a terminal. */
export type CellStyle = "bold" | "dim" | "red" | "green" | "yellow";

export type Cell = string | { readonly text: string; readonly style: CellStyle };

export interface Column {
  readonly title: string;
  /** Numbers stand in columns that end together. */
  readonly isNumber?: true;
}

/**
 * Rows in aligned columns under their titles, each line ended by a newline. Texts must be safe to print already.
 *
 * @param widthMax cuts what would not fit on a line.
 */
export function formatTable(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  widthMax: number = Number.POSITIVE_INFINITY,
): string {
  return tableLines(columns, rows, widthMax)
    .map((line) => `${line}\n`)
    .join("");
}

export function tableLines(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  widthMax: number,
): readonly string[] {
  const titles = columns.map(({ title }): Cell => ({ text: title, style: "dim" }));
  const all = [titles, ...rows];
  const widths = columns.map((_, index) => Math.max(...all.map((row) => textOf(row[index]).length)));
  return all.map((row) => formatRow(row, columns, widths, widthMax));
}

function formatRow(
  row: readonly Cell[],
  columns: readonly Column[],
  widths: readonly number[],
  widthMax: number,
): string {
  const parts: string[] = [];
  let room = widthMax;
  for (const [index, width] of widths.entries()) {
    const cell = row[index] ?? "";
    const isLast = index === widths.length - 1;
    const isNumber = columns[index]?.isNumber ?? false;
    const text = textOf(cell);
    const padded = isNumber ? text.padStart(width) : isLast ? text : text.padEnd(width);
    const gap = index === 0 ? "" : "  ";
    if (room <= gap.length) break;
    const shown = cut(padded, room - gap.length);
    parts.push(gap, paint(cell, shown));
    room -= gap.length + shown.length;
  }
  return parts.join("").trimEnd();
}

const textOf = (cell: Cell | undefined): string => (typeof cell === "object" ? cell.text : (cell ?? ""));

const cut = (text: string, widthMax: number): string =>
  text.length <= widthMax ? text : `${text.slice(0, Math.max(0, widthMax - 1))}…`;

/** Only what is on the paper is painted, so that columns stay aligned; nothing is where there is no terminal. */
const paint = (cell: Cell, shown: string): string =>
  typeof cell === "object" ? styleText(cell.style, shown, { stream: process.stdout }) : shown;
