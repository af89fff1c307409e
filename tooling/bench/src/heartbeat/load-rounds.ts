import { startNodeChild } from "../children/node-child.ts";
import type { SelfTime } from "../children/profile.ts";
import { busyShare } from "../children/usage.ts";
import { quantileMs } from "../histogram.ts";
import type { Contestant, ContestantName, RunningServer } from "./contestants.ts";
import type { Load, Measured } from "./load/load.ts";
import { rotated, type Timing } from "./rounds.ts";
import type { LoadScenario } from "./scenarios.ts";

/** One contestant in one round. */
export interface LoadFigures {
  readonly beatsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly cpuUsPerBeat: number;
  /** Of one core; near 1, the server was the bottleneck, and the rate is what it can do. */
  readonly busyShare: number;
  readonly failures: number;
}

export interface LoadResult {
  /** One entry per round, in the same order for all, so that figures of one round can be compared. */
  readonly figures: ReadonlyMap<ContestantName, readonly LoadFigures[]>;
  /** Where our own server spent its time, if that was asked for. */
  readonly profile: readonly SelfTime[];
}

/** Loads the contestants in turn, round after round, each with all others idle. */
export async function runLoadScenario(
  scenario: LoadScenario,
  contestants: readonly Contestant[],
  timing: Timing,
  progress: (line: string) => void,
): Promise<LoadResult> {
  const figures = new Map<ContestantName, LoadFigures[]>(contestants.map(({ name }) => [name, []]));
  const stage = createStage(scenario, timing);
  try {
    for (const contestant of contestants) await stage.enter(contestant);
    // The first load of each server compiles it; nobody is judged by that.
    for (const contestant of contestants) await stage.load(contestant, timing.warmUpMs, measureOnce);
    for (let round = 0; round < timing.rounds; round++) {
      progress(`${scenario.name}: round ${round + 1} of ${timing.rounds}`);
      for (const contestant of rotated(contestants, round)) {
        figures.get(contestant.name)?.push(await stage.load(contestant, timing.windowMs, measureOnce));
      }
    }
    const ours = contestants.find(({ name }) => name === "ours");
    if (timing.profileMs === undefined || ours === undefined) return { figures, profile: [] };
    const profile = await stage.load(ours, timing.profileMs, (server, measure) => server.profileDuring(measure));
    return { figures, profile };
  } finally {
    await stage.stop();
  }
}

/** The processes of one scenario. */
interface Stage {
  /** Starts the contestant's server. */
  enter(contestant: Contestant): Promise<void>;
  /** Loads the contestant and lets `judge` look at it for a window. */
  load<T>(contestant: Contestant, windowMs: number, judge: JudgeWindow<T>): Promise<T>;
  stop(): Promise<void>;
}

type JudgeWindow<T> = (server: RunningServer, measure: () => Promise<Measured>) => Promise<T>;

function createStage(scenario: LoadScenario, { rampMs }: Timing): Stage {
  const generator = startNodeChild(new URL("./load/generator.ts", import.meta.url));
  const servers = new Map<Contestant, RunningServer>();
  return {
    async enter(contestant) {
      servers.set(contestant, await contestant.start());
    },
    async load(contestant, windowMs, judge) {
      const server = servers.get(contestant);
      if (server === undefined) throw new Error(`${contestant.name} was not started`);
      await generator.call("begin", loadFor(scenario, contestant, server.port));
      await generator.call("measure", rampMs);
      const judged = await judge(server, () => generator.call<Measured>("measure", windowMs));
      await generator.call("end");
      return judged;
    },
    async stop() {
      await Promise.all([generator.stop(), ...[...servers.values()].map((server) => server.stop())]);
    },
  };
}

const measureOnce: JudgeWindow<LoadFigures> = async (server, measure) => {
  const from = await server.usage();
  const { beats, failures, elapsedMs, latencies } = await measure();
  const to = await server.usage();
  const beatsPerSecond = (1_000 * beats) / elapsedMs;
  // The two processes do not look at exactly the same window, so a share is compared with a rate, not sum with sum.
  const share = busyShare(from, to);
  return {
    beatsPerSecond,
    p50Ms: quantileMs(latencies, 0.5),
    p99Ms: quantileMs(latencies, 0.99),
    cpuUsPerBeat: (1_000_000 * share) / beatsPerSecond,
    busyShare: share,
    failures,
  };
};

/** A peer that closes after one answer is loaded in the only way in which it speaks. */
function loadFor({ load }: LoadScenario, { answers, isOneShotOnly }: Contestant, port: number): Load {
  const spoken = isOneShotOnly ? ({ ...load, style: "one-shot", inFlight: 1 } as const) : load;
  return { ...spoken, port, answers };
}
