import { suite } from "@mutirao/vitest-config";
import { mergeConfig } from "vitest/config";

// The guards inside the tests, which say what was awaited, come first.
export default mergeConfig(suite({ testTimeoutMs: 120_000 }), {
  test: {
    // These tests wait for other processes most of the time, so more of them than cores may run at once. Nothing is
    // shared between them: each starts what it needs.
    maxWorkers: 3,
    maxConcurrency: 3,
  },
});
