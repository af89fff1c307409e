import { complain, print, readCommandLine } from "@mutirao/command";
import { parseHeartbeatOptions, readOptions } from "@mutirao/node-core";
import { printable } from "@mutirao/protocol";
import packageJson from "../package.json" with { type: "json" };
import { cliOptions, outputOptions } from "./cli-options.ts";
import { runNode } from "./run-node.ts";
import { runVerb } from "./verbs/run-verb.ts";
import { verbs } from "./verbs/verbs.ts";

const NAME = "node-cli";

const firstSentence = (text: string): string => text.replace(/(?<=\.) .*$/, "");

const description = {
  name: NAME,
  description: "A node that keeps the pulse of its peers and answers theirs: heartbeats over TCP, in JSON lines.",
  version: packageJson.version,
  table: cliOptions,
  examples: [
    "node-cli --port 9101 --peer 127.0.0.1:9102",
    "node-cli --port 9101 --host 192.168.0.5 --peer node-b:9101 --peer 192.168.0.7:9101 --interval 2 --timeout 6",
    "node-cli --port 9101 --host :: --peer '[2001:db8::7]:9101'",
    "node-cli --port 0 --peer 127.0.0.1:9102 --json | jq .",
  ],
  ending:
    `A verb in front asks a running master, or a load monitor, instead of starting a node; "node-cli <verb> --help" explains it:\n` +
    `${verbs.map(({ name, summary }) => `  ${name.padEnd(9)}${firstSentence(summary)}\n`).join("")}\n` +
    "Ends with SIGINT or SIGTERM: exit code 0. A mistake in the flags, or a port that is taken: exit code 2.\n" +
    "A mistake of ours: exit code 4.\n" +
    "pnpm adds lines of its own and turns exit code 2 into 1, and npx keeps signals to itself: scripts and supervisors\n" +
    'run "node apps/node-cli/src/main.ts" with Node 24, which is node_modules/.bin/node after an install.',
} as const;

const unknownVerb = (word: string) => ({
  code: "ERR_OPTION_UNKNOWN",
  message: `there is no verb ${printable(word)}: use ${verbs.map(({ name }) => name).join(", ")}, or see --help`,
});

/** Runs the command to its end and gives its exit code. `--help` and `--version` end at once, a node by a signal. */
export async function run(argv: readonly string[]): Promise<number> {
  const [first, ...rest] = argv[0] === "--" ? argv.slice(1) : argv;
  const verb = verbs.find(({ name }) => name === first);
  if (verb !== undefined) return runVerb(verb, rest);
  if (first !== undefined && !first.startsWith("-")) return complain(NAME, unknownVerb(first));
  const commandLine = readCommandLine(argv, description);
  if (commandLine.kind === "print") return print(NAME, commandLine.text);
  if (commandLine.kind === "wrong") return complain(NAME, commandLine);
  const node = parseHeartbeatOptions(commandLine.typed);
  if (!("values" in node)) return complain(NAME, node);
  const output = readOptions(outputOptions, commandLine.typed);
  if (!("values" in output)) return complain(NAME, output);
  const outcome = await runNode(node.values, output.values);
  return typeof outcome === "number" ? outcome : complain(NAME, outcome);
}
