import { describe, expect } from "vitest";
import { nok, ok } from "./support/outcomes.ts";
import { test } from "./support/runner-harness.ts";

const ZOD = 'import { z } from "zod"; const any = z.any();';

describe.concurrent("a module that cannot be used is a reason not to begin", () => {
  test.for([
    [
      "syntax.js",
      "export const y = 1;\nexport const x = {;\n",
      /cannot be loaded: Unexpected token .* \(syntax\.js:2\)$/,
    ],
    [
      "syntax.ts",
      "export const y = 1;\nexport const x: = 1;\n",
      /cannot be loaded: Unexpected token .* \(syntax\.ts:2\)$/,
    ],
    ["throws.js", 'throw new Error("cannot\\nbegin");', /cannot be loaded: cannot begin$/],
    ["no-tasks.js", 'export const one = 1; export const almost = { type: "x" };', /exports no task/],
    ["empty.js", "", /exports no task/],
    ["exits.js", "process.exit(5);", /cannot be loaded: it called process\.exit\(5\)/],
    [
      "rejects.js",
      'void Promise.reject(new Error("oops")); await new Promise((resolve) => setTimeout(resolve, 20));',
      /cannot be loaded: .*rejected promise.*oops/,
    ],
    ["missing.js", 'import "./not-there.js";', /cannot be loaded: .*not-there\.js/],
    [
      "no-schema.js",
      'export const bare = { type: "bare", run: () => 1 };',
      /task bare without a zod schema as its input/,
    ],
    [
      "bad-name.js",
      `${ZOD} export const odd = { type: "two words", input: any, output: any, run: () => 1 };`,
      /type that is no name/,
    ],
    [
      "twice.js",
      `${ZOD} const one = { type: "one", input: any, output: any, run: () => 1 }; export { one, one as again };
       export const other = { ...one };`,
      /defines the task one, which .*twice\.js defines already/,
    ],
  ] as const)("%s", async ([name, source, message], { folder, runners }) => {
    folder.write(name, source);
    const refusal = await runners.refused({ handlers: [name], cwd: folder.path });
    expect(refusal.code).toBe("ERR_HANDLERS_INVALID");
    expect(refusal.message).toMatch(message);
    expect(refusal.message).toMatch(/^[ -~]+$/);
  });

  test("a file that is not there", async ({ folder, runners }) => {
    for (const name of ["nothing.ts", "."]) {
      const refusal = await runners.refused({ handlers: [name], cwd: folder.path });
      expect(refusal.message).toContain(`--handlers ${name}: there is no such file`);
    }
  });

  test("two modules, or a module and a program, for one task", async ({ runners }) => {
    const handlers = ["handlers/own-query.ts", "./handlers/../handlers/own-query.ts"];
    expect(await runners.refused({ handlers })).toStrictEqual({
      code: "ERR_HANDLERS_INVALID",
      message: expect.stringMatching(/own-query\.ts defines the task QUERY, which .*own-query\.ts defines already/),
    });
    const commands = [{ type: "QUERY", argv: [process.execPath] }] as const;
    const both = await runners.refused({ handlers: ["handlers/own-query.ts"], commands });
    expect(both.message).toMatch(/--exec QUERY: .*already/);
    const twice = await runners.refused({ handlers: [], commands: [...commands, ...commands] });
    expect(twice.message).toMatch(/--exec QUERY is given twice/);
  });

  test("more task types than a worker can tell its master of", async ({ runners }) => {
    const commands = Array.from({ length: 64 }, (_, n) => ({ type: `T${n}`, argv: [process.execPath] as const }));
    const refusal = await runners.refused({ handlers: [], commands });
    expect(refusal.message).toMatch(/^65 task types are more than a worker may have \(64\)/);
  });

  test("a program that is not there, or may not be executed", async ({ folder, runners }) => {
    folder.write("plain.txt", "not a program");
    for (const program of ["no-such-program", "./not-there", "./plain.txt", "."]) {
      const refusal = await runners.refused({ commands: [{ type: "T", argv: [program] }], cwd: folder.path });
      expect(refusal.code).toBe("ERR_COMMAND_NOT_FOUND");
      expect(refusal.message).toContain(`--exec T: there is no program "${program}"`);
    }
  });
});

describe.concurrent("a module from anywhere", () => {
  test("may import what tasks are defined with, without an installation of its own", async ({ folder, runners }) => {
    folder.write(
      "mine.ts",
      `import { defineTask } from "@mutirao/protocol";
       import { z } from "zod";
       import { readFileSync } from "node:fs";
       export const list = [defineTask({
         type: "mine",
         input: z.string(),
         output: z.string(),
         run: (name: string) => readFileSync(name, "utf8"),
       })];`,
    );
    folder.write("text.txt", "from the folder that the worker was started in");
    const runner = await runners.start({ handlers: ["./mine.ts"], cwd: folder.path });
    expect(runner.types).toStrictEqual(["QUERY", "mine"]);
    expect(await runner.run("mine", "text.txt")).toStrictEqual(ok("from the folder that the worker was started in"));
  });

  test("that has become bad while the worker ran fails tasks, until it is mended", async ({ folder, runners }) => {
    const task = 'defineTask({ type: "T", input: z.null(), output: z.null(), run: () => process.exit(1) })';
    const source = `import { defineTask } from "@mutirao/protocol"; import { z } from "zod"; export const t = ${task};`;
    folder.write("changing.ts", source);
    const runner = await runners.start({ handlers: ["changing.ts"], cwd: folder.path });
    folder.write("changing.ts", 'throw new Error("not today");');
    // Takes the only process with it; the next one cannot be started.
    expect(await runner.run("T")).toStrictEqual(nok("ERR_TASK_CRASHED", /process\.exit/));
    expect(await runner.run("QUERY", { USER: "ana" })).toStrictEqual(nok("ERR_TASK_CRASHED", /not today/));
    expect(await runner.logged({ event: "handler-process-refused" })).toMatchObject({ level: 50 });
    folder.write("changing.ts", source);
    expect(await runner.run("QUERY", { USER: "ana" })).toStrictEqual(ok({ SALDO: 1250.5 }));
  });
});
