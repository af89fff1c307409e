import { parseArgs } from "node:util";
import { createFarm } from "./farm.ts";
import { tellOfTheFarm } from "./farm-story.ts";
import { createNarrator, createNeighbours, INTERVAL_S, TIMEOUT_S, tell } from "./story.ts";

/** A demonstration that takes this long hangs; it is not a measure of speed. */
const HANGS_AFTER_MS = 90_000;

const USAGE = "usage: pnpm demo [--keep]   (--keep leaves everything running until Ctrl-C)\n";

/** Why it is over before its end. */
const interruptions = {
  signal: "interrupted before its end; everything was stopped",
  hang: "it hangs, and was ended; everything was stopped",
  /** `pnpm demo | head`: that needs no words. */
  unread: undefined,
} as const;

process.exitCode = await main(process.argv.slice(2));

async function main(argv: readonly string[]): Promise<number> {
  const flags = readFlags(argv[0] === "--" ? argv.slice(1) : argv);
  if (flags === undefined) {
    process.stderr.write(USAGE);
    return 2;
  }
  const { interrupted, stopGuard } = watchForInterruption();
  if (flags.help) {
    stopGuard();
    process.stdout.write(USAGE);
    return 0;
  }
  const say = createNarrator((text) => process.stdout.write(text));
  const nodes = await createNeighbours();
  const farm = await createFarm();
  const tellAll = async (): Promise<"told"> => {
    await tell(nodes, say);
    await tellOfTheFarm(farm, say);
    return "told";
  };
  const end = await Promise.race([tellAll().catch(problemOf), interrupted]);
  stopGuard();
  if (end === "told" && flags.keep) {
    inviteTo(nodes[0].port, farm.http, say);
    await interrupted;
  }
  const exitCodes = (
    await Promise.all([...nodes.map((node) => node.stop().then((code) => [code])), farm.stop()])
  ).flat();
  if (end !== "told") {
    const problem = typeof end === "string" ? interruptions[end] : end.message;
    if (problem === undefined) return 0;
    process.stderr.write(`demo: ${problem}\n`);
    return 1;
  }
  say(`All six were asked to stop, and ended with exit codes ${exitCodes.join(", ")}.`);
  return exitCodes.every((code) => code === 0) ? 0 : 1;
}

function readFlags(argv: readonly string[]): { readonly keep: boolean; readonly help: boolean } | undefined {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: { keep: { type: "boolean", default: false }, help: { type: "boolean", short: "h", default: false } },
    });
    return values;
  } catch {
    return undefined;
  }
}

/** Resolves with what cuts the demonstration short. `stopGuard` lets it take as long as it likes. */
function watchForInterruption(): {
  readonly interrupted: Promise<keyof typeof interruptions>;
  readonly stopGuard: () => void;
} {
  const { promise, resolve } = Promise.withResolvers<keyof typeof interruptions>();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => resolve("signal"));
  process.stdout.on("error", () => resolve("unread"));
  const guard = setTimeout(resolve, HANGS_AFTER_MS, "hang");
  return { interrupted: promise, stopGuard: () => clearTimeout(guard) };
}

function problemOf(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

function inviteTo(port: number, http: string, say: (text: string) => void): void {
  say("They go on until Ctrl-C. Join them from another terminal:\n");
  process.stdout.write(
    `  npx -y pnpm@12 --filter node-cli start watch --http ${http}\n` +
      `  npx -y pnpm@12 --filter node-cli start --port 0 --peer 127.0.0.1:${port} --interval ${INTERVAL_S} --timeout ${TIMEOUT_S}\n\n`,
  );
}
