import { styleText } from "node:util";
import type { Load, TaskSummary } from "@mutirao/operator-api";
import { printable } from "@mutirao/protocol";
import { agoText, countText, durationText, numberText } from "./in-words.ts";
import { peerColumns, peerRow, workerColumns, workerRow } from "./list-verbs.ts";
import { stateLine, termColumns, termRow } from "./load-verb.ts";
import { type Cell, type Column, tableLines } from "./table.ts";
import type { Snapshot } from "./watch-snapshot.ts";

/** How much there is to draw on. */
export interface FrameSize {
  readonly columns: number;
  readonly rows: number;
}

export interface FrameContent {
  /** Who is watched, and where. */
  readonly title: string;
  /** The last that was heard. */
  readonly snapshot: Snapshot;
  /** The backlog at the last looks, oldest first. */
  readonly backlogs: readonly number[];
  /** Why nothing newer was heard. */
  readonly trouble: string | undefined;
}

/** What a terminal shows of a master: as much of everything as fits, what matters most on top. */
export function drawFrame(content: FrameContent, size: FrameSize): readonly string[] {
  const { title, snapshot, backlogs, trouble } = content;
  const { load, workers, peers, running } = snapshot;
  const head = [
    titleLine(title, trouble, size.columns),
    "",
    stateLine(load),
    ...figuresLines(load, backlogs, size.columns),
  ];
  const width = size.columns;
  const sections: readonly Section[] = [
    { title: countText(workers.length, "worker"), lines: tableLines(workerColumns, workers.map(workerRow), width) },
    { title: `${numberText(load.running)} running`, lines: tableLines(taskColumns, running.map(taskRow), width) },
    { title: countText(peers.length, "peer"), lines: tableLines(peerColumns, peers.map(peerRow), width) },
    { title: "load", lines: tableLines(termColumns, load.terms.map(termRow), width) },
  ];
  return [...head, ...fitSections(sections, size.rows - head.length)].slice(0, size.rows);
}

function titleLine(title: string, trouble: string | undefined, columns: number): string {
  if (trouble !== undefined) return styleText("red", trouble.slice(0, columns), { stream: process.stdout });
  const hint = "q ends";
  const shown = title.slice(0, columns - hint.length - 1);
  const gap = " ".repeat(Math.max(1, columns - shown.length - hint.length));
  return `${styleText("bold", shown, { stream: process.stdout })}${gap}${styleText("dim", hint, { stream: process.stdout })}`;
}

/** The figures that one looks at first, on as few lines as they need. */
function figuresLines(load: Load, backlogs: readonly number[], columns: number): readonly string[] {
  const wait = load.estimatedWaitMs === null ? "without end" : durationText(load.estimatedWaitMs);
  const figures = [
    `backlog ${numberText(load.backlog)} ${sparkline(backlogs)}`.trimEnd(),
    `slots ${load.busySlots} of ${load.slots} busy`,
    `${countText(load.workers, "worker")}, ${load.idleWorkers} idle`,
    `wait ${wait}`,
    `oldest ${durationText(load.oldestWaitMs)}`,
    `${numberText(load.arrivalsPerS)} tasks/s in`,
    ...(load.serviceMs === null ? [] : [`${durationText(load.serviceMs)} each`]),
  ];
  const lines: string[] = [];
  for (const figure of figures) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 3 + figure.length <= columns)
      lines[lines.length - 1] = `${last}   ${figure}`;
    else lines.push(figure.slice(0, columns));
  }
  return lines;
}

const BARS = "▁▂▃▄▅▆▇█";

/** Figures as little bars, the highest of them as high as a line. */
export function sparkline(values: readonly number[]): string {
  const highest = Math.max(1, ...values);
  return values.map((value) => BARS[Math.round((value / highest) * (BARS.length - 1))]).join("");
}

const taskColumns: readonly Column[] = [
  { title: "ID" },
  { title: "TYPE" },
  { title: "WORKER" },
  { title: "FOR", isNumber: true },
  { title: "ATTEMPT", isNumber: true },
  { title: "PROGRESS" },
];

function taskRow({ id, type, worker, startedAt, attempts, progress }: TaskSummary): readonly Cell[] {
  const note = progress === null || progress.note === null ? "" : ` ${printable(progress.note)}`;
  return [
    printable(id),
    printable(type),
    worker === null ? "-" : printable(worker),
    agoText(startedAt, Date.now()),
    `${attempts}`,
    progress === null ? "" : `${Math.round(100 * progress.fraction)} %${note}`,
  ];
}

interface Section {
  readonly title: string;
  /** The first is the line of titles. */
  readonly lines: readonly string[];
}

/** A blank line, a title and the line of titles. */
const SECTION_HEAD_LINES = 3;
/** Rows that a section gets, if it has them, before the ones above it get more. */
const ROWS_MIN = 3;

/** Shares the room: each section has a few rows, what is left goes from the top. Empty ones take a line. */
function fitSections(sections: readonly Section[], room: number): readonly string[] {
  const wanted = sections.map(({ lines }) => lines.length - 1);
  const given = wanted.map((rows) => Math.min(rows, ROWS_MIN));
  const heads = wanted.map((rows) => (rows === 0 ? 2 : SECTION_HEAD_LINES)).reduce((sum, lines) => sum + lines, 0);
  let left = room - heads - given.reduce((sum, rows) => sum + rows, 0);
  for (const [index, rows] of wanted.entries()) {
    const more = Math.max(0, Math.min(left, rows - (given[index] ?? 0)));
    given[index] = (given[index] ?? 0) + more;
    left -= more;
  }
  return sections.flatMap((section, index) => sectionLines(section, given[index] ?? 0));
}

function sectionLines({ title, lines }: Section, rows: number): readonly string[] {
  const [titles = "", ...all] = lines;
  const more = all.length - rows;
  const heading = more > 0 ? `${title} (${rows} of ${all.length} shown)` : title;
  const head = ["", styleText("bold", heading, { stream: process.stdout })];
  return all.length === 0 ? head : [...head, titles, ...all.slice(0, rows)];
}
