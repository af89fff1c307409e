import { closeSync, fsyncSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { hostname } from "node:os";

/** Who has a directory. */
export interface DirectoryHolder {
  /** Who had it last and did not let go of it in good order, in words; `undefined` if there is nobody like that. */
  readonly former: string | undefined;
  /** In good order: the next one finds nobody before it. */
  leave(): void;
  /** As if it had never come. */
  retreat(): void;
}

/** What is noted. */
interface Note {
  readonly pid: number;
  readonly host: string;
  /** ISO 8601. */
  readonly since: string;
}

/**
 * Notes beside the lock who has the directory. The lock is what counts; this is for people: it tells whoever is refused
 * which process to stop, and, when nobody holds the lock, that the last one ended without letting go. So nothing fails
 * for want of it, as on a full disk. To be called by whoever has the lock.
 */
export function holdDirectory(file: string): DirectoryHolder {
  const found = contentOf(file);
  const note: Note = { pid: process.pid, host: hostname(), since: new Date().toISOString() };
  harmlessly(() => writeDurably(file, JSON.stringify(note)));
  const leave = (): void => harmlessly(() => rmSync(file, { force: true }));
  return {
    former: found === undefined ? undefined : describeHolder(found),
    leave,
    retreat() {
      if (found === undefined) leave();
      else harmlessly(() => writeDurably(file, found));
    },
  };
}

/** Who has the directory, in words, if that is known. To be called by whoever did not get the lock. */
export function holderOf(file: string): string | undefined {
  const found = contentOf(file);
  return found === undefined ? undefined : describeHolder(found);
}

function describeHolder(content: string): string {
  try {
    const { pid, host, since } = JSON.parse(content) as Partial<Note>;
    if (typeof pid === "number" && typeof host === "string" && typeof since === "string")
      return `process ${pid} on ${host}, since ${since}`;
  } catch {
    // Written on a full disk, or torn by a power cut.
  }
  return "a process that could not note its number";
}

function contentOf(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

function writeDurably(file: string, content: string): void {
  const opened = openSync(file, "w", 0o600);
  try {
    writeSync(opened, content);
    fsyncSync(opened);
  } finally {
    closeSync(opened);
  }
}

function harmlessly(act: () => void): void {
  try {
    act();
  } catch {
    // See above: it is for people.
  }
}
