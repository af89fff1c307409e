import { complain, print, readCommandLine } from "@mutirao/command";
import { parseWorkerOptions, readOptions } from "@mutirao/node-core";
import packageJson from "../package.json" with { type: "json" };
import { cliOptions, commandOptions } from "./cli-options.ts";
import { runWorker } from "./run-worker.ts";

const NAME = "worker";

const description = {
  name: NAME,
  description:
    "A worker: does the tasks of one master, ours or another team's, and never loses a result. What it can do is in " +
    "your own modules and programs.",
  version: packageJson.version,
  table: cliOptions,
  examples: [
    "worker --master 127.0.0.1:9101",
    "worker --master 127.0.0.1:9101 --slots 4 --handlers ./my-handlers.ts",
    'worker --master 127.0.0.1:9101 --exec WORDS="python3 words.py" --exec \'DATE=["date", "-u"]\'',
  ],
  ending:
    "SIGINT or SIGTERM: takes nothing new, ends and reports what it has, leaves with exit code 0. A second one: gives up\n" +
    "what it has, and leaves at once. A mistake in the flags, or handlers that cannot be used: exit code 2.\n" +
    "A mistake of ours: exit code 4.",
} as const;

/** Runs the command to its end and gives its exit code. `--help` and `--version` end at once, a worker by a signal. */
export async function run(argv: readonly string[]): Promise<number> {
  const commandLine = readCommandLine(argv, description);
  if (commandLine.kind === "print") return print(NAME, commandLine.text);
  if (commandLine.kind === "wrong") return complain(NAME, commandLine);
  const { typed } = commandLine;
  const worker = parseWorkerOptions(typed);
  if (!("values" in worker)) return complain(NAME, worker);
  const command = readOptions(commandOptions, typed);
  if (!("values" in command)) return complain(NAME, command);
  const outcome = await runWorker(worker.values, command.values);
  return typeof outcome === "number" ? outcome : complain(NAME, outcome);
}
