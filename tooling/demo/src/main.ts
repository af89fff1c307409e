import { once } from "node:events";
import { parseArgs } from "node:util";
import { createNarrator, createNeighbours, INTERVAL_S, TIMEOUT_S, tell } from "./story.ts";

/** A demonstration that takes this long hangs; it is not a measure of speed. */
const HANGS_AFTER_MS = 90_000;

const USAGE = "usage: pnpm demo [--keep]   (--keep leaves the nodes running until Ctrl-C)\n";

process.exitCode = await main(process.argv.slice(2));

async function main(argv: readonly string[]): Promise<number> {
  const keep = readKeep(argv[0] === "--" ? argv.slice(1) : argv);
  if (keep === undefined) {
    process.stderr.write(USAGE);
    return 2;
  }
  const say = createNarrator((text) => process.stdout.write(text));
  const nodes = await createNeighbours();
  const interrupted = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => interrupted.abort());
  const guard = setTimeout(() => interrupted.abort(new Error("the demonstration hangs")), HANGS_AFTER_MS);
  const abort = once(interrupted.signal, "abort").then(() => "aborted" as const);
  let problem: unknown;
  try {
    const end = await Promise.race([tell(nodes, say), abort]);
    clearTimeout(guard);
    if (end === "aborted") throw interrupted.signal.reason;
    if (keep) {
      const [first] = nodes;
      say(`They go on until Ctrl-C. Join them from another terminal:\n`);
      process.stdout.write(
        `  npx -y pnpm@12 --filter node-cli start --port 0 --peer 127.0.0.1:${first.port} --interval ${INTERVAL_S} --timeout ${TIMEOUT_S}\n\n`,
      );
      await abort;
    }
  } catch (error) {
    problem = error;
  } finally {
    clearTimeout(guard);
  }
  const exitCodes = await Promise.all(nodes.map((node) => node.stop()));
  if (problem !== undefined) {
    process.stderr.write(`demo: ${problem instanceof Error ? problem.message : "interrupted"}\n`);
    return 1;
  }
  say(`All three were asked to stop, and ended with exit codes ${exitCodes.join(", ")}.`);
  return exitCodes.every((code) => code === 0) ? 0 : 1;
}

function readKeep(argv: readonly string[]): boolean | undefined {
  try {
    return parseArgs({ args: [...argv], options: { keep: { type: "boolean", default: false } } }).values.keep;
  } catch {
    return undefined;
  }
}
