import { suite } from "@mutirao/vitest-config";
import { mergeConfig } from "vitest/config";

// The guards inside the tests, which say what was awaited, come first.
export default mergeConfig(suite({ testTimeoutMs: 120_000 }), {
  test: {
    // Each of these tests is several processes at once.
    maxWorkers: 2,
    maxConcurrency: 2,
  },
});
