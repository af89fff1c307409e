import { describe, expect, test } from "vitest";
import { createCounters } from "../src/counters.ts";
import { faultNames } from "../src/pulse/faults/table.ts";
import { createSightCounters } from "../src/pulse/sights.ts";

describe("counters", () => {
  test("what never happened is known by name", () => {
    const counters = createCounters(["seen", "never seen", "seen elsewhere"]);
    counters.count("seen");
    const other = createCounters(["seen", "never seen", "seen elsewhere"]);
    other.count("seen elsewhere");
    other.count("seen");
    counters.add(other.entries());
    expect(counters.zeros()).toEqual(["never seen"]);
    expect(counters.of("seen")).toBe(2);
  });

  test("counting what nobody declared is a mistake of ours", () => {
    expect(() => createCounters([]).count("surprise")).toThrow("the counter surprise is declared");
  });

  test("each fault has a counter for its firing and, if there is a way back, one for the recovery", () => {
    const names = [...createSightCounters().entries()].map(([name]) => name);
    for (const fault of faultNames) {
      expect(names).toContain(`fault ${fault} fired`);
      if (fault !== "death") expect(names).toContain(`fault ${fault} recovered`);
    }
  });
});
