import { styleText } from "node:util";
import type { Load, LoadTerm } from "@mutirao/operator-api";
import { printable } from "@mutirao/protocol";
import { agoText, numberText, statusCell } from "./in-words.ts";
import { createMasterClient } from "./master-client.ts";
import { out, outJson, widthMax } from "./output.ts";
import { type Cell, type Column, formatTable } from "./table.ts";
import { defineVerb } from "./verb.ts";
import { httpOption, jsonOption } from "./verb-options.ts";

export const loadVerb = defineVerb({
  name: "load",
  operands: "",
  summary: "Shows how loaded a master is and why: every figure, its thresholds, and which one tripped.",
  table: { http: httpOption, json: jsonOption },
  examples: ["node-cli load", "node-cli load --json | jq -r .state"],
  async run({ http, json }) {
    const reply = await createMasterClient(http).load();
    if ("failure" in reply) return reply.failure;
    if (json) outJson(reply.value);
    else out(`${stateLine(reply.value)}\n\n${formatTable(termColumns, reply.value.terms.map(termRow), widthMax())}`);
    return undefined;
  },
});

/** `SATURATED for 12 s, because of backlog`. */
export function stateLine({ state, since, causes }: Load): string {
  const cell = statusCell(state);
  const word = typeof cell === "object" ? styleText([cell.style, "bold"], cell.text, { stream: process.stdout }) : cell;
  const because = causes.length === 0 ? "" : `, because of ${causes.map((cause) => printable(cause)).join(" and ")}`;
  return `${word} for ${agoText(since, Date.now())}${because}`;
}

export const termColumns: readonly Column[] = [
  { title: "FIGURE" },
  { title: "VALUE", isNumber: true },
  { title: "UNIT" },
  { title: "ENTERS ABOVE", isNumber: true },
  { title: "LEAVES BELOW", isNumber: true },
  { title: "" },
];

export const termRow = ({ name, value, unit, high, low, isTripped }: LoadTerm): readonly Cell[] => [
  printable(name),
  value === null ? "without end" : numberText(value),
  printable(unit),
  high === null ? "-" : numberText(high),
  low === null ? "-" : numberText(low),
  isTripped ? { text: "tripped", style: "red" } : "",
];
