import { availableParallelism } from "node:os";
import { parseArguments, type SimArguments, usage } from "./arguments.ts";
import { applyMutant } from "./mutation/apply-mutant.ts";
import { mutants } from "./mutation/mutants.ts";

const write = (text: string): void => void process.stdout.write(`${text}\n`);

/** A mutant must be in place before the core is loaded, so nothing that reaches the core is imported above. */
async function main(args: SimArguments): Promise<number> {
  if (args.help) {
    write(usage);
    return 0;
  }
  if (args.mutant === "list") {
    for (const { name, what, caughtBy } of mutants) write(`${name.padEnd(30)} ${what} (${caughtBy})`);
    return 0;
  }
  const problem = args.mutant === undefined ? undefined : applyMutant(args.mutant);
  if (problem !== undefined) return complain(problem);
  const { simulate } = await import("./command.ts");
  const { runBatchOnThreads } = await import("./jobs/run-batch-on-threads.ts");
  const jobs = Math.min(args.jobs ?? (args.mutant === undefined ? availableParallelism() : 1), args.seeds);
  return await simulate(args, {
    write,
    complain,
    nowMs: () => performance.now(),
    runBatch: (world, seeds, options) => runBatchOnThreads({ jobs, mutant: args.mutant }, world, seeds, options),
  });
}

function complain(problem: string): number {
  process.stderr.write(`sim: ${problem}\n`);
  return 2;
}

const args = parseArguments(process.argv.slice(2));
process.exitCode = "problem" in args ? complain(args.problem) : await main(args);
