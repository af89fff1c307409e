import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "@mutirao/process-tests";
import { describe, expect } from "vitest";
import { runMaster } from "./support/master-command.ts";

describe("a token that orders must bear", () => {
  test.for([
    { name: "a file that is not there", content: undefined, says: /cannot be read \(ENOENT\)/ },
    { name: "a file with a word that is soon guessed", content: "secret\n", says: /holds no token/ },
    { name: "a file with two words", content: "correct-horse battery-staple", says: /holds no token/ },
  ])("$name is refused in one line, before anything begins", async ({ content, says }, { processes }) => {
    const file = join(await processes.newFolder(), "token");
    if (content !== undefined) writeFileSync(file, content);
    const master = runMaster(processes, ["--port", "0", "--store", "memory", "--http-token-file", file]);
    expect(await master.exited).toStrictEqual({ code: 2, signal: null });
    expect(master.stderr.lines).toStrictEqual([expect.stringMatching(says)]);
    expect(master.stderr.lines[0]).toMatch(/--http-token-file.*\[ERR_OPTION_INVALID\]$/);
  });
});
