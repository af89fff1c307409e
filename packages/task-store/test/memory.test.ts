import { describe, it } from "vitest";
import { type TaskStoreHarness, taskStoreConformance } from "../src/conformance.ts";
import { createMemoryTaskStore } from "../src/index.ts";

const createHarness = (): TaskStoreHarness => ({ open: async () => createMemoryTaskStore(), stop: async () => {} });

describe("the store in memory keeps every promise of the port that needs no disk", () => {
  for (const { name, run } of taskStoreConformance) it(name, () => run(createHarness()));
});
