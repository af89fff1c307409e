import { fileURLToPath } from "node:url";
import { test as processTest } from "@mutirao/process-tests";
import { expect } from "vitest";
import { hazards, processGone, test } from "./support/runner-harness.ts";

test("stopping ends every process, whatever it does, and nothing is told after it", async ({ folder, runners }) => {
  const program = [process.execPath, "-e", "console.error(process.pid); setInterval(() => {}, 1000)"] as const;
  const runner = await runners.start({ slots: 8, processesMax: 4, commands: [{ type: "program", argv: program }] });
  const waiting = runner.start("wait-until", folder.file("never"));
  const blocked = runner.start("blocked-with-child");
  const running = runner.start("program");
  const pids = [
    Number((await waiting.progressed()).note),
    Number((await blocked.progressed()).note),
    Number((await runner.logged({ event: "handler-output", taskType: "program" }))["msg"]),
  ];
  await runner.stop();
  for (const pid of pids) await processGone(pid);
  expect([waiting, blocked, running].map((run) => run.hasEnded())).toStrictEqual([false, false, false]);
});

processTest("handlers do not outlive a worker that is killed, not even one that spins", async ({ processes }) => {
  const file = fileURLToPath(new URL("./children/spinning-runner.ts", import.meta.url));
  const runner = processes.start("runner", process.execPath, [file, hazards]);
  const pids = await runner.stdout.find("its handlers' processes", (line) => /^pids (\d+ \d+)$/.exec(line)?.[1]);
  await runner.kill();
  for (const pid of pids.split(" ")) await processGone(Number(pid));
});
