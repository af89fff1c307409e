import type { Task } from "@mutirao/operator-api";
import { asciiJson, printable } from "@mutirao/protocol";
import { agoText, durationText, statusCell } from "./in-words.ts";
import { type Cell, type Column, formatTable } from "./table.ts";

/** A task for people: one fact per line. */
export function taskText(task: Task): string {
  const { error, progress } = task;
  const facts: readonly (readonly [string, Cell | undefined])[] = [
    ["task", printable(task.id)],
    ["state", statusCell(task.state)],
    ["type", printable(task.type)],
    ["payload", valueText(task.payload)],
    ["result", task.result === null ? undefined : valueText(task.result)],
    ["error", error === null ? undefined : `${printable(error.message, 512)} [${printable(error.code)}]`],
    ["worker", task.worker === null ? undefined : printable(task.worker)],
    ["progress", progress === null ? undefined : progressText(progress)],
    ["attempts", attemptsText(task)],
    ["time limit", `${durationText(task.timeoutMs)} per attempt`],
    ["priority", task.priority === 0 ? undefined : `${task.priority}`],
    ["accepted", timeText(task.acceptedAt)],
    ["started", timeText(task.startedAt)],
    ["ended", timeText(task.endedAt)],
  ];
  const rows = facts.flatMap(([name, cell]) =>
    cell === undefined ? [] : [[{ text: name, style: "dim" } as Cell, cell]],
  );
  return `${formatFacts(rows)}${storiesText(task)}`;
}

/** A table without titles. */
function formatFacts(rows: readonly (readonly Cell[])[]): string {
  const table = formatTable([{ title: "" }, { title: "" }], rows);
  return table.slice(table.indexOf("\n") + 1);
}

const VALUE_MAX = 2_000;

const valueText = (value: unknown): string => printable(asciiJson(value), VALUE_MAX);

const progressText = ({ fraction, note }: NonNullable<Task["progress"]>): string =>
  `${Math.round(100 * fraction)} %${note === null ? "" : ` (${printable(note)})`}`;

function attemptsText({ attempts, maxAttempts, failures, losses }: Task): string {
  const told = [`${attempts} begun`, `${failures} of ${maxAttempts} failed`];
  if (losses > 0) told.push(`${losses} lost with their workers`);
  return told.join(", ");
}

const timeText = (time: string | null): string | undefined =>
  time === null ? undefined : `${time} (${agoText(time, Date.now())} ago)`;

const storyColumns: readonly Column[] = [
  { title: "ATTEMPT", isNumber: true },
  { title: "WORKER" },
  { title: "AT" },
  { title: "WHAT HAPPENED" },
];

function storiesText({ stories }: Task): string {
  if (stories.length === 0) return "";
  const rows = stories.map(({ attempt, worker, code, message, at }) => [
    `${attempt}`,
    printable(worker),
    at,
    `${printable(message, 512)} [${printable(code)}]`,
  ]);
  return `\n${formatTable(storyColumns, rows)}`;
}
