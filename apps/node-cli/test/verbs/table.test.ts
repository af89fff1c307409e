import { describe, expect, test } from "vitest";
import { formatTable } from "../../src/verbs/table.ts";

describe("tables", () => {
  const columns = [{ title: "NAME" }, { title: "SIZE", isNumber: true }, { title: "" }] as const;
  const rows = [
    ["a", "5", "first"],
    ["longer", "12,345", ""],
  ];

  test("columns are aligned, numbers at their end", () => {
    expect(formatTable(columns, rows)).toBe("NAME      SIZE\na            5  first\nlonger  12,345\n");
  });

  test("what is too wide is cut", () => {
    const lines = formatTable(columns, rows, 16).trimEnd().split("\n");
    expect(lines).toStrictEqual(["NAME      SIZE", "a            5", "longer  12,345"]);
    expect(formatTable(columns, rows, 10).split("\n")[2]).toBe("longer  1…");
  });
});
