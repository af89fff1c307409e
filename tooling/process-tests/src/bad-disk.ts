import { execFileSync } from "node:child_process";
import type { Processes, RunningProcess } from "./processes.ts";

/** Whether the system calls of others can be tampered with: needs `strace`, on Linux, and the right to attach to them. */
export function canDisturbFlushes(): boolean {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return false;
  try {
    execFileSync("strace", [...tampering("error=EIO"), "--", "true"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/**
 * From now on, and until what is given back is killed, this happens whenever the process flushes a file to the disk.
 *
 * @param how in strace's words: `error=EIO`, or `delay_enter=500ms`.
 */
export async function disturbFlushes(
  processes: Processes,
  { running, file, how }: { readonly running: RunningProcess; readonly file: string; readonly how: string },
): Promise<RunningProcess> {
  const strace = processes.start("strace", "strace", [...tampering(how), "-P", file, "-p", `${running.pid}`]);
  await strace.stderr.find("that it is attached", (line) => (line.includes(" attached") ? line : undefined));
  return strace;
}

const tampering = (how: string): readonly string[] => [
  ...["-f", "-o", "/dev/null", "-e", "trace=fsync,fdatasync", "-e", `inject=fsync,fdatasync:${how}`],
];
