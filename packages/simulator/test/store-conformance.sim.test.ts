import { durableStoreConformance, fullDiskConformance, taskStoreConformance } from "@mutirao/task-store/conformance";
import { describe, it } from "vitest";
import { createSimStoreHarness } from "./sim-store-harness.ts";

describe("the simulated disk keeps every promise of the store's port", () => {
  const all = [...taskStoreConformance, ...durableStoreConformance, ...fullDiskConformance];
  for (const { name, run } of all) it(name, () => run(createSimStoreHarness(name)));
});
