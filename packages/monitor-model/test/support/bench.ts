import { epochMs, type InstantMs, instantMs, nodeId } from "@mutirao/primitives";
import type { FarmFigures, PerformanceReport, ReportExtension, SystemFigures } from "@mutirao/protocol";
import { createMonitorModel, type ModelOptions } from "../../src/index.ts";

/** The time of day when the clock of these tests is at 0. */
export const T0 = 1_795_000_000_000;

const system: SystemFigures = {
  ...{ uptimeS: 1, loadAverage1m: 1, loadAverage5m: 1, cpuPercent: 1, cpusLogical: 1, cpusPhysical: 1 },
  ...{ memoryTotalMb: 1, memoryAvailableMb: 1, memoryPercent: 1, memoryUsedMb: 1 },
  ...{ diskTotalGb: 1, diskFreeGb: 1, diskPercent: undefined },
};

const farm: FarmFigures = {
  ...{ workersTotal: 0, workersUtilization: 0, workersAlive: 2, workersIdle: 1, workersBorrowed: 1 },
  ...{ workersReceived: 1, workersFailed: 0, tasksPending: 3, tasksRunning: 1 },
};

export type Said = Partial<Omit<PerformanceReport, "extension" | "farm">> & {
  readonly farm?: Partial<FarmFigures>;
  readonly extension?: Partial<ReportExtension>;
};

const nothingMore: ReportExtension = {
  ...{ state: "NORMAL", causes: [], since: undefined, http: undefined, figures: { intervalMs: 10_000 } },
  ...{ peers: [], workers: [], loans: [], notices: [] },
};

/** A model, and a clock that the test moves. */
export function createBench(options: Partial<ModelOptions> = {}) {
  const model = createMonitorModel({ mastersMax: 100, workersMax: 1_000, loansMax: 100, ...options });
  model.setWallOffset(T0);
  let now: InstantMs = instantMs(0);
  return {
    model,
    get now() {
      return now;
    },
    /** Time goes by, a second at a time as in the monitor. */
    pass(ms: number): void {
      for (let left = ms; left > 0; left -= 1_000) {
        now = instantMs(now + Math.min(1_000, left));
        model.wake(now);
      }
    },
    report(id: string, said: Said = {}, source = "10.0.0.1"): void {
      const { extension, ...rest } = said;
      const whole: PerformanceReport = {
        ...{ kind: "performance-report", from: nodeId(id), sentAt: epochMs(T0 + now), messageId: "", system },
        ...{ maxTask: 10, neighbours: [] },
        ...rest,
        farm: { ...farm, ...said.farm },
        extension: extension === undefined ? undefined : { ...nothingMore, ...extension },
      };
      model.onReport(whole, source, now);
    },
    master: (id: string) => model.parts().masters.find((master) => master.id === id),
    alarms: () =>
      model
        .parts()
        .alarms.filter(({ clearedAt }) => clearedAt === null)
        .map(({ kind, master, subject }) => [kind, master, subject]),
    notices: () => model.parts().notices.map(({ master, kind }) => [master, kind]),
  };
}
