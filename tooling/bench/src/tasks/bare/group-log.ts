import { fdatasync, openSync, writeFileSync } from "node:fs";

/** Lines at the end of a file. */
export interface GroupLog {
  /** @param onDurable called when the lines are on the disk. */
  append(lines: string, onDurable: () => void): void;
}

/** Everything that comes while the disk is busy shares the next `fdatasync`. */
export function openGroupLog(path: string): GroupLog {
  const file = openSync(path, "a", 0o600);
  let [unwritten, isBusy] = ["", false];
  let waiting: (() => void)[] = [];

  const commit = (): void => {
    const [lines, told] = [unwritten, waiting];
    [unwritten, waiting] = ["", []];
    // Into the system's cache, which does not wait for the disk.
    writeFileSync(file, lines);
    fdatasync(file, (error) => {
      if (error !== null) throw error;
      isBusy = false;
      for (const tell of told) tell();
      commitSoon();
    });
  };
  const commitSoon = (): void => {
    if (isBusy || waiting.length === 0) return;
    isBusy = true;
    setImmediate(commit);
  };
  return {
    append(lines, onDurable) {
      unwritten += lines;
      waiting.push(onDurable);
      commitSoon();
    },
  };
}
