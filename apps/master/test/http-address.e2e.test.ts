import { test } from "@mutirao/process-tests";
import { expect } from "vitest";
import { runMaster } from "./support/master-command.ts";

test("an address of --http that is a name without an address is blamed, and not --host", async ({ processes }) => {
  const flags = ["--port", "0", "--store", "memory", "--log-level", "silent", "--http", "nowhere.invalid:8080"];
  const master = runMaster(processes, flags);
  expect(await master.exited).toStrictEqual({ code: 2, signal: null });
  expect(master.stderr.lines).toStrictEqual([
    expect.stringMatching(/^master: --http nowhere\.invalid .*\[ERR_HOST_NOT_LOCAL\]$/),
  ]);
});
