import { readdirSync, readFileSync } from "node:fs";

/**
 * User and system time of this process and of those that it has started, in microseconds; `undefined` where the system
 * has no `/proc` to look them up in.
 */
export function readTreeCpuUs(): number | undefined {
  const { user, system } = process.cpuUsage();
  const processes = list("/proc").filter((name) => /^\d+$/.test(name));
  if (processes.length === 0) return undefined;
  // They start none themselves.
  const children = processes.filter((pid) => parentOf(pid) === process.pid);
  return children.reduce((sum, pid) => sum + processCpuUs(pid), user + system);
}

/** The second field is a name in brackets, which may hold anything. */
const parentOf = (pid: string): number => Number(/\) \S (\d+)/.exec(read(`/proc/${pid}/stat`))?.[1]);

/** Of the threads that there are, to the nanosecond, where `stat` counts in hundredths of a second. */
const processCpuUs = (pid: string): number =>
  list(`/proc/${pid}/task`)
    .map((thread) => Number.parseInt(read(`/proc/${pid}/task/${thread}/schedstat`), 10) / 1_000)
    .reduce((sum, us) => sum + us, 0);

/** What is not there, or has ended meanwhile, is empty. */
function list(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, "latin1");
  } catch {
    return "0";
  }
}
