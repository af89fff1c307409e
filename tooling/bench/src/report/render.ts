import type { GoalResult, SuiteReport } from "../suite.ts";
import type { Notes } from "./notes.ts";
import { renderTable, type Table } from "./table.ts";

/** Where and when a report was made. */
export interface Occasion {
  /** ISO 8601, a day. */
  readonly date: string;
  readonly machine: string;
  readonly load: string;
}

/** A suite's report as Markdown, readable in a terminal as it is. */
export function renderReport(report: SuiteReport, occasion: Occasion, notes: Notes): string {
  return [
    `## ${report.title}`,
    `Measured on ${occasion.date}: ${occasion.machine}; ${occasion.load}.`,
    ...report.method,
    ...report.tables.map(renderSection),
    ...(report.goals.length === 0 ? [] : ["### Goals", renderTable(goalsTable(report.goals))]),
    ...report.goals.filter((goal) => goal.isReached === false).map((goal) => renderWhy(goal, notes)),
    ...(report.remarks.length === 0 ? [] : ["### Remarks", report.remarks.map((remark) => `- ${remark}`).join("\n")]),
    ...report.profiles.map(renderSection),
  ].join("\n\n");
}

const renderSection = (table: Table): string => `### ${table.title}\n\n${renderTable(table)}`;

function goalsTable(goals: readonly GoalResult[]): Table {
  return {
    title: "Goals",
    columns: ["goal", "wanted", "found", "verdict"],
    rows: goals.map((goal) => [goal.id, goal.wanted, goal.found, verdict(goal)]),
  };
}

const verdict = ({ isReached }: GoalResult): string =>
  isReached === undefined ? "not judged" : isReached ? "reached" : "MISSED";

function renderWhy({ id }: GoalResult, notes: Notes): string {
  const why = notes.get(id) ?? `Not explained yet: write a section \`## ${id}\` in tooling/bench/notes.md.`;
  return `#### Why ${id} is missed\n\n${why}`;
}
