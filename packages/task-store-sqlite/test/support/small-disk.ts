import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { mountSmallDisk } from "@mutirao/process-tests";
import type { LimitedStoreHarness } from "@mutirao/task-store/conformance";
import { createProcessHarness } from "./process-harness.ts";

/** The conformance suite's harness on a disk that is full when it is told to be. */
export function createSmallDiskHarness(): LimitedStoreHarness {
  const { folder, fill, makeRoom } = mountSmallDisk();
  const directory = join(folder, "store");
  mkdirSync(directory);
  return {
    ...createProcessHarness(directory),
    fillDisk: async () => fill(),
    makeRoom: async () => makeRoom(),
  };
}
