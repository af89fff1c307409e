import type { RunId } from "@mutirao/node-core";
import { durationMs, jsonText } from "@mutirao/primitives";
import { pino } from "pino";
import { createTaskRunner } from "../../src/create-task-runner.ts";

/** A runner with a handler that spins and one that waits, which says in which processes they are. */
const pids: string[] = [];

const created = await createTaskRunner(
  {
    handlers: process.argv.slice(2),
    commands: [],
    slots: 2,
    processesMax: 2,
    memoryMaxMb: 128,
    cwd: process.cwd(),
    logger: pino({ level: "silent" }),
  },
  {
    onEnded: (run, outcome) => process.stdout.write(`run ${run} ended: ${JSON.stringify(outcome)}\n`),
    onProgress(_run, _fraction, note) {
      pids.push(note ?? "");
      if (pids.length === 2) process.stdout.write(`pids ${pids.join(" ")}\n`);
    },
  },
);
if (!("runner" in created)) throw new Error(created.message);
for (const [index, type] of ["spin-telling", "wait-until"].entries()) {
  created.runner.run(index as RunId, type, jsonText('"/there-is-no-such-file"'), durationMs(600_000));
}
