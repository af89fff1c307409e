import { expect, it } from "vitest";
import { withSuiteSection } from "../src/report/document.ts";
import { parseNotes } from "../src/report/notes.ts";
import { renderReport } from "../src/report/render.ts";
import { renderTable } from "../src/report/table.ts";
import type { SuiteReport } from "../src/suite.ts";

const occasion = { date: "2025-02-03", machine: "a machine", load: "idle" };
const report: SuiteReport = {
  title: "Heartbeat",
  method: ["How."],
  tables: [{ title: "One", columns: ["server", "beats/s"], rows: [["ours", "12"]] }],
  goals: [
    { id: "fast", wanted: "at least 2", found: "3", isReached: true },
    { id: "small", wanted: "at most 1", found: "3", isReached: false },
    { id: "foreign", wanted: "at least 1", found: "python did not run", isReached: undefined },
  ],
  remarks: ["python was skipped"],
  profiles: [],
};

it("pads the columns of a table, names to the left and figures to the right", () => {
  const table = { title: "", columns: ["server", "n"], rows: [["ours", "12345"], ["a|b"]] };
  expect(renderTable(table).split("\n")).toEqual([
    "| server |     n |",
    "| ------ | ----: |",
    "| ours   | 12345 |",
    "| a\\|b   |       |",
  ]);
});

it("shows figures, verdicts and remarks, and why a missed goal is missed", () => {
  const page = renderReport(
    report,
    occasion,
    new Map([
      ["small", "It is big."],
      ["fast", "Not shown."],
    ]),
  );
  expect(page).toContain("Measured on 2025-02-03: a machine; idle.");
  expect(page).toContain("| ours   |      12 |");
  expect(page).toMatch(/\| fast +\|.*\| +reached \|/);
  expect(page).toMatch(/\| small +\|.*\| +MISSED \|/);
  expect(page).toMatch(/\| foreign +\|.*\| +not judged \|/);
  expect(page).toContain("#### Why small is missed\n\nIt is big.");
  expect(page).toContain("- python was skipped");
  expect(page).not.toContain("Not shown.");
});

it("asks for a note where a missed goal has none", () => {
  expect(renderReport(report, occasion, new Map())).toContain("write a section `## small` in tooling/bench/notes.md");
});

it("reads notes by the id of their goal and skips the introduction", () => {
  const notes = parseNotes("What this is.\n\n## small\nIt is big.\n\n### In detail\nVery.\n\n## fast\n\nWell.\n");
  expect([...notes]).toEqual([
    ["small", "It is big.\n\n### In detail\nVery."],
    ["fast", "Well."],
  ]);
});

it("replaces one suite's section of the page and leaves the others and all text around them", () => {
  const first = withSuiteSection("", "heartbeat", "old pulse");
  const both = `${withSuiteSection(first, "tasks", "old tasks")}\nA last word.\n`;
  const page = withSuiteSection(both, "heartbeat", "new pulse");
  expect(page).toBe(both.replace("old pulse", "new pulse"));
  expect(page.startsWith("# Benchmarks\n")).toBe(true);
  expect(withSuiteSection(page, "heartbeat", "new pulse")).toBe(page);
});
