import { mkdir, readFile, writeFile } from "node:fs/promises";
import { helpText, parseCommand } from "./command.ts";
import { describeLoad, describeMachine } from "./machine.ts";
import { withSuiteSection } from "./report/document.ts";
import { parseNotes } from "./report/notes.ts";
import { type Occasion, renderReport } from "./report/render.ts";
import type { SuiteReport } from "./suite.ts";
import { suites } from "./suites.ts";

const PAGE = new URL("../../../docs/benchmarks.md", import.meta.url);
const NOTES = new URL("../notes.md", import.meta.url);

/** Where a run writes: figures to one, what it is doing to the other. */
export interface Output {
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
}

/** @returns the exit code: a goal that is missed is a finding, not a failure. */
export async function run(args: readonly string[], { stdout, stderr }: Output): Promise<number> {
  const command = parseCommand(args, suites);
  if (command.kind === "help") {
    stdout.write(helpText(suites));
    return 0;
  }
  if (command.kind === "mistake") {
    stderr.write(`bench: ${command.message}\n`);
    return 2;
  }
  const { suite, plan, isWritten } = command;
  const occasion: Occasion = {
    date: new Date().toISOString().slice(0, 10),
    machine: describeMachine(),
    load: describeLoad(),
  };
  const report = await suite.run(plan, (line) => stderr.write(`${line}\n`));
  const notes = parseNotes(await readFile(NOTES, "utf8"));
  for (const id of needlessNotes(notes.keys(), report)) stderr.write(`notes.md explains ${id}, which is reached\n`);
  stdout.write(`${renderReport(report, occasion, notes)}\n`);
  if (isWritten) {
    // Profiles belong to one look at one problem, not on the page.
    const section = renderReport({ ...report, profiles: [] }, occasion, notes);
    await writePage(withSuiteSection(await readPage(), suite.name, section));
  }
  return 0;
}

function needlessNotes(explained: Iterable<string>, { goals }: SuiteReport): readonly string[] {
  const reached = new Set(goals.filter(({ isReached }) => isReached === true).map(({ id }) => id));
  return [...explained].filter((id) => reached.has(id));
}

async function readPage(): Promise<string> {
  try {
    return await readFile(PAGE, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw error;
  }
}

async function writePage(page: string): Promise<void> {
  await mkdir(new URL(".", PAGE), { recursive: true });
  await writeFile(PAGE, page);
}
