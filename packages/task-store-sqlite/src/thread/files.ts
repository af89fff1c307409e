import { closeSync, fsyncSync, mkdirSync, openSync, statSync } from "node:fs";
import { dirname, join } from "node:path";

/** Where the parts of a store are in its directory. */
export const filesIn = (directory: string) => ({
  database: join(directory, "tasks.db"),
  /** SQLite's write-ahead log. */
  log: join(directory, "tasks.db-wal"),
  /** SQLite's shared memory, which only a reader that may not write leaves behind. */
  sharedMemory: join(directory, "tasks.db-shm"),
  /** The database while it is made. */
  draft: join(directory, "tasks.db.new"),
  lock: join(directory, "tasks.lock"),
  /** Who has the directory. */
  holder: join(directory, "tasks.holder"),
});

export type StoreFiles = ReturnType<typeof filesIn>;

/** The size of a file; 0 if there is none. */
export const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;
export const exists = (path: string): boolean => statSync(path, { throwIfNoEntry: false }) !== undefined;

/**
 * Makes a directory that nobody else may look into, where there is none yet, and makes that durable. One step after the
 * other: asked for all of them at once, Node tries for ever where the platform answers "no such file" for good, as
 * Linux does in /proc.
 */
export function ensureDirectory(directory: string): void {
  for (const missing of missingDirectories(directory)) {
    makeDirectory(missing);
    syncDirectory(dirname(missing));
  }
  if (!isDirectory(directory)) makeDirectory(directory);
}

/** Itself and all above it that are not there, the uppermost first. */
function missingDirectories(directory: string): readonly string[] {
  const missing: string[] = [];
  for (let path = directory; !exists(path); path = dirname(path)) {
    missing.unshift(path);
    if (path === dirname(path)) break;
  }
  return missing;
}

function makeDirectory(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    // Somebody else may have made it meanwhile.
    if (!isDirectory(path)) throw error;
  }
}

const isDirectory = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;

/** Makes durable which files a directory has. */
export function syncDirectory(directory: string): void {
  // Windows neither needs that nor opens directories.
  if (process.platform !== "win32") syncFile(directory);
}

export function syncFile(path: string): void {
  const file = openSync(path, "r");
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
