import { complain, print, readCommandLine } from "@mutirao/command";
import { clash, parseMasterOptions, readOptions } from "@mutirao/node-core";
import packageJson from "../package.json" with { type: "json" };
import { cliOptions, commandOptions } from "./cli-options.ts";
import { readOrderToken } from "./read-order-token.ts";
import { runMaster } from "./run-master.ts";

const NAME = "master";

const description = {
  name: NAME,
  description:
    "A master: keeps its peers' pulse, takes tasks over HTTP, never loses one, and hands them to its workers.",
  version: packageJson.version,
  table: cliOptions,
  examples: [
    "master --port 9101 --peer 127.0.0.1:9102 --data-dir ./data",
    "master --port 9101 --peer 10.0.0.7:9101 --lend-reserve 2 --no-lend-to 10.0.0.8:9101",
    "master --port 9101 --peer 10.0.0.9:9101 --home-address 10.0.0.9:9101=ip:port --connect-address 10.0.0.1:9101",
    "master --port 9101 --http 127.0.0.1:8080 --push-port 9102 --backlog-high 100 --backlog-low 20",
    'curl -d \'{"type":"QUERY","payload":{"USER":"ana"}}\' http://127.0.0.1:10101/tasks',
  ],
  ending:
    "Ends with SIGINT or SIGTERM: exit code 0; what was accepted is kept, and goes on with the next start. A mistake in\n" +
    "the flags, a port or a data directory that is taken: exit code 2. A store that fails while it runs: exit code 3.\n" +
    "A mistake of ours: exit code 4.",
} as const;

/** The HTTP API is so far above the port of the nodes, unless --http says otherwise. */
const HTTP_ABOVE_PORT = 1_000;

/** Runs the command to its end and gives its exit code. `--help` and `--version` end at once, a master by a signal. */
export async function run(argv: readonly string[]): Promise<number> {
  const commandLine = readCommandLine(argv, description);
  if (commandLine.kind === "print") return print(NAME, commandLine.text);
  if (commandLine.kind === "wrong") return complain(NAME, commandLine);
  const master = parseMasterOptions(commandLine.typed);
  if (!("values" in master)) return complain(NAME, master);
  const command = readOptions(commandOptions, commandLine.typed);
  if (!("values" in command)) return complain(NAME, command);
  const { port } = master.values;
  if (command.values.http === undefined && port + HTTP_ABOVE_PORT > 65_535) {
    return complain(NAME, clash("--http", `--port ${port} leaves no port for the HTTP API above it: give --http`));
  }
  const httpPort = port === 0 ? 0 : port + HTTP_ABOVE_PORT;
  const http = command.values.http ?? { host: "127.0.0.1", port: httpPort };
  const order = await readOrderToken(command.values.httpTokenFile);
  if (!("token" in order)) return complain(NAME, order);
  const outcome = await runMaster(master.values, { ...command.values, http, orderToken: order.token });
  return typeof outcome === "number" ? outcome : complain(NAME, outcome);
}
