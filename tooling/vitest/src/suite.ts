import { defineConfig, type ViteUserConfig } from "vitest/config";
import { createSkippedReporter } from "./skipped-reporter.ts";

export interface SuiteOptions {
  /** How long one test may take before it counts as hung. Not a measure of speed. */
  readonly testTimeoutMs?: number;
}

/** The vitest configuration of a package: `export default suite();`. */
export function suite({ testTimeoutMs = 20_000 }: SuiteOptions = {}): ViteUserConfig {
  return defineConfig({
    test: {
      include: ["test/**/*.test.ts"],
      testTimeout: testTimeoutMs,
      hookTimeout: testTimeoutMs,
      reporters: [createSkippedReporter(), "default"],
      // Each file in a process of its own: tests send signals, count handles and watch memory.
      pool: "forks",
      // A test that does not wait for what it started fails loudly.
      dangerouslyIgnoreUnhandledErrors: false,
    },
  });
}
