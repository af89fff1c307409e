import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { python } from "@mutirao/process-tests";
import { describe, expect } from "vitest";
import type { ExecCommand } from "../src/exec/exec-runner.ts";
import { splitCommand } from "../src/exec/split-command.ts";
import { taskRunErrors } from "../src/run-errors.ts";
import { nok, ok } from "./support/outcomes.ts";
import { type Runners, test } from "./support/runner-harness.ts";

const root = new URL("../../../", import.meta.url);
const page = readFileSync(new URL("docs/run-your-own-tasks.md", root), "utf8");

/** The page's examples, by the names of their files. */
const examples = new Map(
  [...page.matchAll(/^`(apps\/worker\/examples\/\S+)`:\n\n```\w+\n([\s\S]*?)^```$/gm)].map(([, file, text]) => [
    file,
    text,
  ]),
);

const commandLine = /--filter worker start ((?:.*\\\n)*.*)$/m.exec(page)?.[1] ?? "";
const flag = (name: string): string | undefined => new RegExp(`--${name} (\\S*"[^"]*"|\\S+)`).exec(commandLine)?.[1];

/** The program of the page's `--exec`, with the Python that there is. */
function commandOnPage(): ExecCommand {
  const [, type = "", text = ""] = /^(\w+)="(.*)"$/.exec(flag("exec") ?? "") ?? [];
  const split = splitCommand(text);
  if ("problem" in split) throw new Error(split.problem);
  const [program, ...args] = split.argv;
  return { type, argv: [program === "python3" && python !== undefined ? python : program, ...args] };
}

const startAsOnPage = (runners: Runners, commands: readonly ExecCommand[]) =>
  runners.start({ handlers: [flag("handlers") ?? ""], commands, cwd: fileURLToPath(root) });

test("the examples on the page are the files", () => {
  expect([...examples.keys()]).toStrictEqual(["apps/worker/examples/my-handlers.ts", "apps/worker/examples/words.py"]);
  for (const [file, text] of examples) expect(text).toBe(readFileSync(new URL(file ?? "", root), "utf8"));
});

test("the page names every way in which an attempt can end", () => {
  for (const code of Object.keys(taskRunErrors)) {
    if (code !== "ERR_NO_SUCH_USER") expect(page).toContain(`\`${code}\``);
  }
});

describe("the examples do what the page says", () => {
  test("the handler", async ({ runners }) => {
    const runner = await startAsOnPage(runners, []);
    const items = [
      { cents: 250, quantity: 4 },
      { cents: 99, quantity: 1 },
    ];
    const run = runner.start("INVOICE", { items });
    expect(await run.outcome).toStrictEqual(ok({ totalCents: 1_099 }));
    expect(run.progress[0]).toStrictEqual({ fraction: 0.5, note: "item 1" });
    expect(await runner.run("INVOICE", { items: [] })).toStrictEqual(
      nok("ERR_NOTHING_ORDERED", "the order has no items"),
    );
    expect(await runner.run("INVOICE", { items: [{ cents: -1, quantity: 1 }] })).toStrictEqual(
      nok("ERR_TASK_INPUT_INVALID", /field items\.0\.cents/),
    );
  });

  test.skipIf(python === undefined)("the program (needs python3)", async ({ runners }) => {
    const runner = await startAsOnPage(runners, [commandOnPage()]);
    expect(await runner.run("WORDS", { TEXT: "many hands make light work" })).toStrictEqual(
      ok({ words: 5, longest: "hands" }),
    );
    expect(await runner.run("WORDS", { TEXT: "olá  você" })).toStrictEqual(ok({ words: 2, longest: "você" }));
    expect(await runner.run("WORDS", { TEXT: " " })).toStrictEqual(nok("ERR_TASK_FAILED", "there are no words"));
    expect(await runner.run("WORDS", {})).toStrictEqual(nok("ERR_TASK_FAILED", /^KeyError: 'TEXT'$/));
  });
});
