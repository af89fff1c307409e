import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { type ModelCase, pairCases, singleCases } from "./model/cases.ts";
import { missingTool, search } from "./model/search.ts";

const USAGE = `usage: pnpm model [--pairs]   (--pairs: each two faults together, some minutes)

Checks the handshake of lending, packages/node-core/model, with spin: every order of events, with each fault and with
each mistake that is planted. Exit code 0: each fault is survived and each mistake is found, or spin is not here;
1: not so; 2: wrong arguments.
`;

const write = (text: string): void => void process.stdout.write(`${text}\n`);

const interruption = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => interruption.abort());

process.exitCode = await main(process.argv.slice(2));

async function main(argv: readonly string[]): Promise<number> {
  const flags = readFlags(argv[0] === "--" ? argv.slice(1) : argv);
  if (flags === undefined) {
    process.stderr.write(USAGE);
    return 2;
  }
  if (flags.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  const missing = await missingTool();
  if (missing !== undefined) {
    write(`skipped: the model is not checked, as ${missing} is not here (on Debian: apt-get install spin gcc)`);
    return 0;
  }
  return await checkAll(flags.pairs ? pairCases : singleCases);
}

function readFlags(argv: readonly string[]): { readonly pairs: boolean; readonly help: boolean } | undefined {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: { pairs: { type: "boolean", default: false }, help: { type: "boolean", short: "h", default: false } },
    });
    return values;
  } catch {
    return undefined;
  }
}

/** As many searches at once as there are processors; most of the time goes into the compiler. */
async function checkAll(cases: readonly ModelCase[]): Promise<number> {
  const begun = performance.now();
  const waiting = cases.values();
  let wrong = 0;
  const takeTurns = async (): Promise<void> => {
    for (const next of waiting) if (!(await check(next)) && !interruption.signal.aborted) wrong += 1;
  };
  await Promise.all(Array.from({ length: availableParallelism() }, takeTurns));
  if (interruption.signal.aborted) {
    write("interrupted before its end");
    return 1;
  }
  const outcome = wrong === 0 ? "all as they must be" : `${wrong} not as they must be`;
  write(`${cases.length} searches in ${seconds(begun)}: ${outcome}`);
  return wrong === 0 ? 0 : 1;
}

/** Prints one line of the table: kind, name, states, seconds, result. Tells whether the result is the one that must be. */
async function check(modelCase: ModelCase): Promise<boolean> {
  if (interruption.signal.aborted) return false;
  const begun = performance.now();
  const finding = await search(modelCase, interruption.signal).catch((error: unknown) => ({ problem: String(error) }));
  if (interruption.signal.aborted) return false;
  const { kind, name } = modelCase;
  const say = (states: string, result: string): void =>
    write(
      `${kind.padEnd(11)}  ${name.padEnd(40)} ${states.padStart(9)} states ${seconds(begun).padStart(7)}  ${result}`,
    );
  if ("problem" in finding) {
    say("?", `FAILED: ${finding.problem}`);
    return false;
  }
  const { states, violation } = finding;
  const isAsExpected = (violation === undefined) === (kind === "fault");
  const found = violation === undefined ? "nothing found" : `found: ${violation}`;
  say(String(states), isAsExpected ? found : `FAILED, ${found}`);
  return isAsExpected;
}

function seconds(since: number): string {
  return `${((performance.now() - since) / 1_000).toFixed(1)} s`;
}
