import { expect, test } from "vitest";
import { monitorSuite } from "../src/monitor/suite.ts";

test("the smoke run watches a cluster, and says what it took", { timeout: 60_000 }, async () => {
  const report = await monitorSuite.run({ isQuick: true, only: [], rounds: 1, isProfiling: false }, () => {});
  const [table] = report.tables;
  expect(table?.rows).toHaveLength(1);
  for (const figure of table?.rows[0] ?? []) expect(Number(figure.replaceAll(",", ""))).toBeGreaterThan(0);
  expect(report.goals).toMatchObject([{ id: "monitor-cpu" }]);
});
