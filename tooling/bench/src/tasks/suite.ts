import type { SelfTime } from "../children/profile.ts";
import type { Table } from "../report/table.ts";
import type { Plan, Suite, SuiteReport } from "../suite.ts";
import type { Role } from "./farm.ts";
import { METHOD } from "./method.ts";
import { paceGoals, paceTable, rateGoals, rateTable } from "./report.ts";
import { measurePace, measureRate, type RoundsPlan, runRounds } from "./rounds.ts";
import { paceScenario, type RateScenario, rateScenarios } from "./scenarios.ts";

/** A master and workers of ours against the least that hands out tasks. */
export const tasksSuite: Suite = {
  name: "tasks",
  summary: "tasks per second through a producer, a master and workers, and how long one takes",
  scenarios: [...rateScenarios.map(({ name }) => name), paceScenario.name],
  async run(plan, progress) {
    const parts: Part[] = [];
    const isWanted = (name: string): boolean => plan.only.length === 0 || plan.only.includes(name);
    for (const scenario of rateScenarios) {
      if (isWanted(scenario.name)) parts.push(await runRate(scenario, plan, progress));
    }
    if (isWanted(paceScenario.name)) parts.push(await runPace(plan, progress));
    return {
      title: "Tasks",
      method: METHOD,
      tables: parts.flatMap(({ tables }) => tables),
      goals: parts.flatMap(({ goals }) => goals),
      remarks: [],
      profiles: parts.flatMap(({ profiles }) => profiles),
    };
  },
};

type Part = Pick<SuiteReport, "tables" | "goals" | "profiles">;
type Progress = (line: string) => void;

async function runRate(scenario: RateScenario, plan: Plan, progress: Progress): Promise<Part> {
  const { name } = scenario;
  const size = plan.isQuick ? { warmUpTasks: 200, tasks: 500 } : { warmUpTasks: 40_000, tasks: 40_000 };
  const rounds: RoundsPlan = { rounds: plan.rounds ?? (plan.isQuick ? 1 : 5), ...size, progress };
  const { figures, profiles } = await runRounds(name, scenario, rounds, plan.isProfiling, measureRate);
  return {
    tables: [rateTable(scenario, figures)],
    goals: rateGoals(scenario, figures),
    profiles: profileTables(name, profiles),
  };
}

async function runPace(plan: Plan, progress: Progress): Promise<Part> {
  const { name, perSecond } = paceScenario;
  const size = plan.isQuick ? { warmUpTasks: 100, tasks: 100 } : { warmUpTasks: 10_000, tasks: 2_500 };
  const rounds: RoundsPlan = { rounds: plan.rounds ?? (plan.isQuick ? 1 : 5), ...size, progress };
  const { figures, profiles } = await runRounds(name, paceScenario, rounds, plan.isProfiling, measurePace(perSecond));
  return {
    tables: [paceTable(paceScenario, figures)],
    goals: paceGoals(paceScenario, figures),
    profiles: profileTables(name, profiles),
  };
}

const PROFILE_ROWS = 40;

function profileTables(scenario: string, profiles: ReadonlyMap<Role, readonly SelfTime[]>): readonly Table[] {
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
  return [...profiles].map(([role, selfTimes]) => ({
    title: `Self times of our ${role}: ${scenario}`,
    columns: ["function, by share of busy time", "itself", "with callees"],
    rows: selfTimes
      .slice(0, PROFILE_ROWS)
      .map(({ name, place, selfShare, totalShare }) => [
        `${name} ${place}`.trim(),
        percent(selfShare),
        percent(totalShare),
      ]),
  }));
}
