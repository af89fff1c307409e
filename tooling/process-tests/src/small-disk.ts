import { execFileSync } from "node:child_process";
import { appendFileSync, mkdtempSync, rmdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

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

/** A disk of a few megabytes. */
export interface SmallDisk {
  readonly folder: string;
  /** Leaves not a byte. */
  fill(): void;
  makeRoom(): void;
}

/** Mounts one, which is gone after the test. */
export function mountSmallDisk(): SmallDisk {
  const folder = mkdtempSync(join(tmpdir(), "mutirao-disk-"));
  run(`mount -t tmpfs -o size=8m mutirao-test '${folder}'`);
  onTestFinished(() => {
    // Somebody may still have files open on it.
    run(`umount --lazy '${folder}'`);
    rmdirSync(folder);
  });
  const ballast = join(folder, "ballast");
  return {
    folder,
    fill() {
      for (const bytes of [65_536, 4_096, 1]) addUntilFull(ballast, bytes);
    },
    makeRoom: () => rmSync(ballast),
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
