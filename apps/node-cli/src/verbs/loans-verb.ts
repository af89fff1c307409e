import type { OptionSchema } from "@mutirao/node-core";
import type { Loan } from "@mutirao/operator-api";
import { printable } from "@mutirao/protocol";
import { z } from "zod";
import { agoText, durationText, numberText } from "./in-words.ts";
import { showList } from "./show-list.ts";
import type { Cell, CellStyle, Column } from "./table.ts";
import { defineVerb } from "./verb.ts";
import { httpOption, jsonOption, numberOption } from "./verb-options.ts";

const direction: OptionSchema<"in" | "out" | undefined> = {
  meta: {
    flag: "--direction <word>",
    group: "Lending",
    unit: "word",
    range: "in, out",
    consequence: "Only workers that are borrowed (in), or only those that are lent (out).",
  },
  schema: z.enum(["in", "out"]).optional(),
};

const limit = numberOption(
  { min: 1, max: 1_000, isWhole: true },
  { flag: "--limit <n>", group: "Lending", unit: "loans", consequence: "How many at most; 100 if absent." },
);

export const loansVerb = defineVerb({
  name: "loans",
  operands: "",
  summary: "Lists loans in and out: the open ones first, then past ones.",
  table: { http: httpOption, json: jsonOption, direction, limit },
  examples: ["node-cli loans", "node-cli loans --direction out --json | jq -r '.[] | select(.endedAt == null) | .id'"],
  run: (values) =>
    showList(values, (client) => client.loans(values), { columns: loanColumns, row: loanRow, none: "no loans" }),
});

const loanColumns: readonly Column[] = [
  { title: "ID" },
  { title: "WAY" },
  { title: "STATE" },
  { title: "OWNER" },
  { title: "BORROWER" },
  { title: "BEGAN", isNumber: true },
  { title: "TOOK", isNumber: true },
  { title: "LEASE", isNumber: true },
  { title: "DONE", isNumber: true },
  { title: "WHY" },
];

const styles: Readonly<Record<Loan["state"], CellStyle>> = {
  flushing: "dim",
  offered: "yellow",
  lent: "green",
  returning: "yellow",
  lost: "red",
  home: "dim",
  held: "green",
  releasing: "yellow",
  left: "dim",
};

function loanRow(loan: Loan): readonly Cell[] {
  const { startedAt, endedAt, leaseLeftMs, tasksDone } = loan;
  const tookMs = endedAt === null ? undefined : Math.max(0, Date.parse(endedAt) - Date.parse(startedAt));
  return [
    printable(loan.id),
    loan.direction,
    { text: loan.state, style: styles[loan.state] },
    printable(loan.owner),
    printable(loan.borrower),
    `${agoText(startedAt, Date.now())} ago`,
    tookMs === undefined ? "-" : durationText(tookMs),
    leaseLeftMs === null ? "-" : durationText(leaseLeftMs),
    tasksDone === null ? "-" : numberText(tasksDone),
    printable(loan.reason, 256),
  ];
}
