import { expect, test } from "vitest";
import { browserPath } from "../src/dashboard/rounds.ts";
import { dashboardSuite } from "../src/dashboard/suite.ts";

test.skipIf(browserPath === undefined)(
  "the smoke run looks at the page, and says how it was",
  { timeout: 60_000 },
  async () => {
    const report = await dashboardSuite.run({ isQuick: true, only: [], rounds: 1, isProfiling: false }, () => {});
    const [table] = report.tables;
    expect(table?.rows).toHaveLength(1);
    const [, firstPaint, masters] = table?.rows[0] ?? [];
    expect(Number(firstPaint?.replaceAll(",", ""))).toBeGreaterThan(0);
    expect(Number(masters?.replaceAll(",", ""))).toBeGreaterThan(0);
    expect(report.goals).toMatchObject([{ id: "page-first-paint" }, { id: "page-long-tasks" }]);
  },
);
