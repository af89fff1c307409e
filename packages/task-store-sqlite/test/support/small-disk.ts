import { execFileSync } from "node:child_process";
import { appendFileSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { LimitedStoreHarness } from "@mutirao/task-store/conformance";
import { onTestFinished } from "vitest";
import { createProcessHarness } from "./process-harness.ts";
import { temporaryDirectory } from "./temporary-directory.ts";

const run = (command: string): void => void execFileSync("sh", ["-c", command], { stdio: "ignore" });

/** Whether this process may mount a file system: only root on Linux may, and not in every container. */
export function canMount(): boolean {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return false;
  try {
    // In a name space of its own, which is gone with the command.
    run("unshare --mount mount -t tmpfs none /mnt");
    return true;
  } catch {
    return false;
  }
}

/** A file system in memory of a few megabytes, gone after the test. */
function mountSmallDisk(): string {
  const directory = temporaryDirectory();
  run(`mount -t tmpfs -o size=4m mutirao-test '${directory}'`);
  onTestFinished(() => run(`umount --lazy '${directory}'`));
  return directory;
}

/** The conformance suite's harness on a disk that is full when it is told to be. */
export function createSmallDiskHarness(): LimitedStoreHarness {
  const disk = mountSmallDisk();
  const ballast = join(disk, "ballast");
  const directory = join(disk, "store");
  mkdirSync(directory);
  return {
    ...createProcessHarness(directory),
    async fillDisk() {
      for (const bytes of [65_536, 4_096, 1]) addUntilFull(ballast, bytes);
    },
    async makeRoom() {
      rmSync(ballast);
    },
  };
}

function addUntilFull(file: string, bytes: number): void {
  const filling = Buffer.alloc(bytes, "x");
  try {
    for (;;) appendFileSync(file, filling);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
  }
}
