import type { Reporter, TestModule } from "vitest/node";

/** Says which tests were skipped, so that a missing tool is noticed and not taken for a pass. */
export function createSkippedReporter(): Reporter {
  return {
    onTestRunEnd(modules: readonly TestModule[]) {
      for (const module of modules) {
        for (const test of module.children.allTests("skipped")) {
          process.stdout.write(`skipped: ${module.relativeModuleId} > ${test.fullName}\n`);
        }
      }
    },
  };
}
