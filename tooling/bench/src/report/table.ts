/** A table as data: the first column is a name, the others are figures. */
export interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/**
 * A Markdown table whose columns are padded, so that the same text serves the terminal and the page.
 */
export function renderTable({ columns, rows }: Table): string {
  const widths = columns.map((column, index) =>
    Math.max(column.length, 3, ...rows.map((row) => cell(row, index).length)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${widths.map((width, index) => pad(cell(cells, index), width, index)).join(" | ")} |`;
  const rule = `| ${widths.map((width, index) => (index === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`)).join(" | ")} |`;
  return [line(columns), rule, ...rows.map(line)].join("\n");
}

/** A bar inside a cell would begin the next one. */
const cell = (row: readonly string[], index: number): string => (row[index] ?? "").replaceAll("|", "\\|");

const pad = (text: string, width: number, index: number): string =>
  index === 0 ? text.padEnd(width) : text.padStart(width);
