import { durableStoreConformance } from "@mutirao/task-store/conformance";
import { describe, it } from "vitest";
import { createProcessHarness } from "./support/process-harness.ts";
import { temporaryDirectory } from "./support/temporary-directory.ts";

describe("the store over SQLite outlives its process, as the port promises", () => {
  for (const { name, run } of durableStoreConformance) {
    it(name, () => run(createProcessHarness(temporaryDirectory())));
  }
});
