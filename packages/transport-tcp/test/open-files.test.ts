import { describe, expect, it } from "vitest";
import { effectiveConnectionsMax } from "../src/index.ts";

describe("effectiveConnectionsMax", () => {
  it("leaves 64 files for everything else", () => {
    expect(effectiveConnectionsMax({ connectionsMax: 4_096 }, 1_024)).toBe(960);
    expect(effectiveConnectionsMax({ connectionsMax: 4_096 }, 1_048_576)).toBe(4_096);
    expect(effectiveConnectionsMax({ connectionsMax: 4_096 }, 10)).toBe(1);
  });

  it("asks the system when it is not told, and leaves the report's settings as they were", () => {
    const report: NodeJS.ProcessReport & { excludeNetwork?: boolean } = process.report;
    const before = report.excludeNetwork;
    const connectionsMax = effectiveConnectionsMax({ connectionsMax: 1_000_000_000 });
    expect(connectionsMax).toBeGreaterThan(0);
    if (process.platform === "win32") expect(connectionsMax).toBe(1_000_000_000);
    expect(report.excludeNetwork).toBe(before);
  });
});
