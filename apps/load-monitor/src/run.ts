import { complain, print, readCommandLine } from "@mutirao/command";
import { clash, readOptions } from "@mutirao/node-core";
import { formatEndpoint, isLoopback } from "@mutirao/primitives";
import packageJson from "../package.json" with { type: "json" };
import { cliOptions } from "./cli-options.ts";
import { runMonitor } from "./run-monitor.ts";

const NAME = "load-monitor";

const description = {
  name: NAME,
  description: "Receives the load reports of masters, and shows how they, their workers and their loans are doing.",
  version: packageJson.version,
  table: cliOptions,
  examples: [
    "load-monitor --listen 127.0.0.1:9190 --http 127.0.0.1:9191 --data-dir ./monitor-data",
    "load-monitor --webhook https://example.org/alarms",
    "load-monitor --replay monday.ndjson --speed 10",
  ],
  ending:
    "Ends with SIGINT or SIGTERM: exit code 0. A mistake in the flags, a port or a data directory that is taken, a history\n" +
    "or a recording that cannot be read: exit code 2.",
} as const;

/** Runs the command to its end and gives its exit code. */
export async function run(argv: readonly string[]): Promise<number> {
  const commandLine = readCommandLine(argv, description);
  if (commandLine.kind === "print") return print(NAME, commandLine.text);
  if (commandLine.kind === "wrong") return complain(NAME, commandLine);
  const read = readOptions(cliOptions, commandLine.typed);
  if (!("values" in read)) return complain(NAME, read);
  const { http, httpAnywhere } = read.values;
  if (!isLoopback(http.host) && !httpAnywhere) {
    const message =
      `--http ${formatEndpoint(http)} can be reached from other machines, and there are no passwords: use 127.0.0.1, ` +
      "or say --http-anywhere if that is meant";
    return complain(NAME, clash("--http", message));
  }
  const outcome = await runMonitor(read.values, packageJson.version);
  return typeof outcome === "number" ? outcome : complain(NAME, outcome);
}
