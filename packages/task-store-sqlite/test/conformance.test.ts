import { taskStoreConformance } from "@mutirao/task-store/conformance";
import { describe, it } from "vitest";
import { createHarnessInProcess } from "./support/store-in-process.ts";
import { temporaryDirectory } from "./support/temporary-directory.ts";

describe("the store over SQLite keeps every promise of the port that needs no crash", () => {
  for (const { name, run } of taskStoreConformance) {
    it(name, () => run(createHarnessInProcess(temporaryDirectory())));
  }
});
