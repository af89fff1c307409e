/** What the operator asks of the simulator. */
export interface SimArguments {
  /** One seed to replay. */
  readonly seed: string | undefined;
  readonly trace: boolean;
  /** How many seeds to run, and from which on. */
  readonly seeds: number;
  readonly first: number;
  /** A text from which the seeds are drawn instead. */
  readonly commit: string | undefined;
  /** A deliberate mistake under which to run. */
  readonly mutant: string | undefined;
  /** The only checker that is to judge. */
  readonly checker: string | undefined;
  /** The only world that is to be run. */
  readonly world: string | undefined;
  /** On how many threads to run many seeds; `undefined`: as many as there are cores, or one with a mutant. */
  readonly jobs: number | undefined;
  readonly help: boolean;
}

export const usage = `The simulator: the production core on virtual machines and a hostile network, in virtual time.

  pnpm sim --seed <n> [--trace]      replays one seed; with --trace, every step of it
  pnpm sim --seeds <n> [--first <n>] runs many, from seed --first (0) on
  pnpm sim --seeds <n> --commit <text>
                                     runs seeds drawn from a text, such as the hash of a commit
  pnpm sim ... --mutant <name>       runs them with a deliberate mistake in the core; "list" names them all
  pnpm sim ... --checker <name>      lets only this checker judge
  pnpm sim ... --world pulse|farm|lending
                                     runs one kind of world only: nodes that keep each other's pulse, masters with
                                     their workers, tasks and disks, or masters that lend each other workers; without
                                     it, each seed is run in all
  pnpm sim ... --jobs <n>            spreads many seeds over so many threads: as many as there are cores by default, and
                                     one with --mutant, where the first seed that shows it is the last. What is printed
                                     is the same with any number

Exit code 0: nothing was found. 1: a checker found something, or something that must be seen was never seen.
2: the arguments are wrong.`;

const withValue = ["--seed", "--seeds", "--first", "--commit", "--mutant", "--checker", "--world", "--jobs"] as const;
const withoutValue = ["--trace", "--help"] as const;
type Flag = (typeof withValue)[number] | (typeof withoutValue)[number];

const SEEDS_DEFAULT = 100;
const SEEDS_MAX = 1_000_000;
const JOBS_MAX = 256;

/** Reads the arguments, or says in one line what is wrong with them. */
export function parseArguments(argv: readonly string[]): SimArguments | { readonly problem: string } {
  const flags = collectFlags(argv);
  if ("problem" in flags) return flags;
  const seeds = readCount("--seeds", flags.get("--seeds") ?? String(SEEDS_DEFAULT), 1, SEEDS_MAX);
  const first = readCount("--first", flags.get("--first") ?? "0", 0, Number.POSITIVE_INFINITY);
  const jobs = flags.has("--jobs") ? readCount("--jobs", flags.get("--jobs") ?? "", 1, JOBS_MAX) : undefined;
  if (typeof seeds === "object") return seeds;
  if (typeof first === "object") return first;
  if (typeof jobs === "object") return jobs;
  const [seed, commit] = [flags.get("--seed"), flags.get("--commit")];
  if (seed !== undefined && !/^\d{1,15}$/.test(seed)) return { problem: `--seed must be a whole number, not ${seed}` };
  if (seed !== undefined && flags.has("--seeds"))
    return { problem: "--seed replays one seed, --seeds runs many: give one of them" };
  if (seed !== undefined && jobs !== undefined)
    return { problem: "--seed replays one seed, --jobs spreads many: give one of them" };
  if (seed === undefined && flags.has("--trace"))
    return { problem: "--trace shows one run: give it together with --seed" };
  if (commit !== undefined && flags.has("--first"))
    return { problem: "--commit draws its own seeds: leave --first out" };
  const world = flags.get("--world");
  if (world !== undefined && world !== "pulse" && world !== "farm" && world !== "lending")
    return { problem: `--world must be pulse, farm or lending, not ${world}` };
  return {
    seed,
    commit,
    world,
    seeds,
    first,
    jobs,
    trace: flags.has("--trace"),
    mutant: flags.get("--mutant"),
    checker: flags.get("--checker"),
    help: flags.has("--help"),
  };
}

function collectFlags(argv: readonly string[]): Map<Flag, string> | { readonly problem: string } {
  const flags = new Map<Flag, string>();
  // A literal "--" reaches the program when it is run through a package manager.
  const given = argv[0] === "--" ? argv.slice(1) : argv;
  for (let index = 0; index < given.length; index++) {
    const text = given[index] ?? "";
    const flag = [...withValue, ...withoutValue].find((known) => known === text);
    if (flag === undefined) return { problem: `${text} is not a flag of the simulator: see --help` };
    if (flags.has(flag)) return { problem: `${flag} is given twice` };
    if (withoutValue.some((known) => known === flag)) flags.set(flag, "");
    else {
      const value = given[++index];
      if (value === undefined || value === "") return { problem: `${flag} needs a value: see --help` };
      flags.set(flag, value);
    }
  }
  return flags;
}

function readCount(flag: Flag, text: string, min: number, max: number): number | { readonly problem: string } {
  const count = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (count >= min && count <= max) return count;
  const range = Number.isFinite(max) ? ` from ${min} to ${max}` : "";
  return { problem: `${flag} must be a whole number${range}, not ${text}` };
}
