import { resolve } from "node:path";
import { parseArgs, styleText } from "node:util";
import { type Lookout, openLookout } from "./lookout.ts";
import { createNarrator, type Narrator } from "./narrator.ts";
import { rotate, tell } from "./story.ts";
import { createTown, type Town } from "./town.ts";

/** A demonstration that takes this long hangs; it is not a measure of speed. */
const HANGS_AFTER_MS = 120_000;

const USAGE =
  "usage: pnpm demo [--keep] [--record FILE]   (--keep goes on with a gentle load until Ctrl-C; --record writes down " +
  "what the monitor shows, for load-monitor --replay FILE)\n";

/** Why it is over before its end. */
const interruptions = {
  signal: "interrupted before its end; everything was stopped",
  hang: "it hangs, and was ended; everything was stopped",
  /** `pnpm demo | head`: that needs no words. */
  unread: undefined,
} as const;

interface Flags {
  readonly keep: boolean;
  readonly help: boolean;
  readonly record?: string | undefined;
}

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
  return show(flags);
}

async function show(flags: Flags): Promise<number> {
  const { interrupted, stopGuard } = watchForInterruption();
  const narrator = createNarrator(process.stdout);
  const town = await createTown();
  const opened: { lookout?: Lookout } = {};
  const told = tellAll(town, opened, flags, narrator).catch(problemOf);
  const end = await Promise.race([told, interrupted]);
  stopGuard();
  if (end === "told" && flags.keep) await goOn(town, narrator, interrupted);
  narrator.endProgress();
  // What is told of the end is part of the recording.
  const exitCodes = await town.stop();
  await opened.lookout?.close();
  if (end !== "told") {
    const problem = typeof end === "string" ? interruptions[end] : end.message;
    if (problem === undefined) return 0;
    process.stderr.write(`demo: ${problem}\n`);
    return 1;
  }
  const isWell = exitCodes.every((code) => code === 0);
  narrator.say(
    isWell
      ? `All ${exitCodes.length} processes were asked to stop, and ended with exit code 0.`
      : `Not every process ended well: their exit codes are ${exitCodes.join(", ")}.`,
  );
  return isWell ? 0 : 1;
}

async function tellAll(
  town: Town,
  opened: { lookout?: Lookout },
  { record }: Flags,
  narrator: Narrator,
): Promise<"told"> {
  await town.monitor.start();
  // Where the command was typed: pnpm runs it elsewhere.
  const typedIn = process.env["INIT_CWD"] ?? process.cwd();
  const lookout = await openLookout(town.http, record === undefined ? undefined : resolve(typedIn, record));
  opened.lookout = lookout;
  narrator.say(`Three masters, nine workers. Watch them at ${styleText(["bold", "underline"], `http://${town.http}`)}`);
  await tell(town, lookout, narrator);
  return "told";
}

/** A gentle load, until it is interrupted. */
async function goOn(town: Town, { begin, print }: Narrator, interrupted: Promise<unknown>): Promise<void> {
  let isOver = false;
  const load = rotate(town, () => isOver);
  begin("They go on, a burst here and a burst there, until Ctrl-C");
  print(
    `  the page   http://${town.http}\n` +
      `  a master   npx -y pnpm@12 --filter node-cli start watch --http ${town.houses[0].http}\n\n`,
  );
  await interrupted;
  isOver = true;
  // The last burst is worked off first, so that nobody is away from home when all are asked to stop.
  await load;
}

function readFlags(argv: readonly string[]): Flags | undefined {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        keep: { type: "boolean", default: false },
        record: { type: "string" },
        help: { type: "boolean", short: "h", default: false },
      },
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
  const { promise, resolve: interrupt } = Promise.withResolvers<keyof typeof interruptions>();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => interrupt("signal"));
  process.stdout.on("error", () => interrupt("unread"));
  const guard = setTimeout(interrupt, HANGS_AFTER_MS, "hang");
  return { interrupted: promise, stopGuard: () => clearTimeout(guard) };
}

function problemOf(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
