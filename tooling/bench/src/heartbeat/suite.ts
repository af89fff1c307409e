import type { SelfTime } from "../children/profile.ts";
import type { Table } from "../report/table.ts";
import type { Plan, Suite, SuiteReport } from "../suite.ts";
import { findContestants } from "./contestants.ts";
import { crowdGoals, crowdTable } from "./crowd-report.ts";
import { runCrowdRounds } from "./crowd-rounds.ts";
import { loadGoals, loadRemarks, loadTable } from "./load-report.ts";
import { runLoadScenario } from "./load-rounds.ts";
import { METHOD } from "./method.ts";
import type { Timing } from "./rounds.ts";
import { type LoadScenario, loadScenarios } from "./scenarios.ts";

const CROWD = "crowd";

/** Our node against a bare server, an echo, and the brief's own kind of node. */
export const heartbeatSuite: Suite = {
  name: "heartbeat",
  summary: "heartbeats per second as a server, and a crowd of peers as a prober",
  scenarios: [...loadScenarios.map(({ name }) => name), CROWD],
  async run(plan, progress) {
    const parts: Part[] = [];
    const isWanted = (name: string): boolean => plan.only.length === 0 || plan.only.includes(name);
    for (const scenario of loadScenarios) {
      if (isWanted(scenario.name)) parts.push(await runLoad(scenario, plan, progress));
    }
    if (isWanted(CROWD)) parts.push(await runCrowd(plan, progress));
    return {
      title: "Heartbeat",
      method: METHOD,
      tables: parts.flatMap(({ tables }) => tables),
      goals: parts.flatMap(({ goals }) => goals),
      remarks: [...new Set(parts.flatMap(({ remarks }) => remarks))],
      profiles: parts.flatMap(({ profiles }) => profiles),
    };
  },
};

type Part = Omit<SuiteReport, "title" | "method">;

async function runLoad(scenario: LoadScenario, plan: Plan, progress: (line: string) => void): Promise<Part> {
  const known = findContestants();
  const contestants = scenario.contestants.flatMap((name) => known.get(name) ?? []);
  const result = await runLoadScenario(scenario, contestants, loadTiming(plan), progress);
  return {
    tables: [loadTable(scenario, result)],
    goals: loadGoals(scenario, result),
    remarks: loadRemarks(scenario, result),
    profiles: profileTables(scenario.name, result.profile),
  };
}

async function runCrowd(plan: Plan, progress: (line: string) => void): Promise<Part> {
  const wanted = plan.isQuick ? QUICK_CROWD : FULL_CROWD;
  const result = await runCrowdRounds(wanted, crowdTiming(plan), progress);
  const fewer = `${CROWD}: only ${result.peers} of ${FULL_CROWD} peers, as more files than that cannot be open here`;
  return {
    tables: [crowdTable(result)],
    goals: crowdGoals(result),
    remarks: result.peers < wanted ? [fewer] : [],
    profiles: profileTables(CROWD, result.profile),
  };
}

const FULL_CROWD = 10_000;
const QUICK_CROWD = 500;

function loadTiming({ isQuick, rounds, isProfiling }: Plan): Timing {
  const profileMs = isProfiling ? 2_000 : undefined;
  return isQuick
    ? { rounds: rounds ?? 1, warmUpMs: 50, rampMs: 20, windowMs: 150, profileMs }
    : { rounds: rounds ?? 9, warmUpMs: 500, rampMs: 100, windowMs: 400, profileMs };
}

function crowdTiming({ isQuick, rounds, isProfiling }: Plan): Timing {
  const profileMs = isProfiling ? 4_000 : undefined;
  // Whole intervals: peers may be beaten in any part of one.
  return { rounds: rounds ?? (isQuick ? 1 : 3), warmUpMs: 0, rampMs: 0, windowMs: isQuick ? 2_000 : 8_000, profileMs };
}

const PROFILE_ROWS = 25;

function profileTables(scenario: string, selfTimes: readonly SelfTime[]): readonly Table[] {
  if (selfTimes.length === 0) return [];
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
  const rows = selfTimes
    .slice(0, PROFILE_ROWS)
    .map(({ name, place, selfShare, totalShare }) => [
      `${name} ${place}`.trim(),
      percent(selfShare),
      percent(totalShare),
    ]);
  const columns = ["function, by share of busy time", "itself", "with callees"];
  return [{ title: `Self times of ours: ${scenario}`, columns, rows }];
}
