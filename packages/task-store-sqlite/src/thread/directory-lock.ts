import { DatabaseSync } from "node:sqlite";
import { failureOf, StoreProblem } from "../failure.ts";
import { holderOf } from "./directory-holder.ts";
import type { StoreFiles } from "./files.ts";

/** A restarted master may come a moment before the one that it replaces is quite gone. */
const WAIT_MS = 300;

/**
 * Makes sure that nobody else uses the directory, until the lock is closed or the process dies. SQLite knows how to lock
 * a file on each platform, so the lock is an empty database in an exclusive transaction. It is a file of its own: the
 * store's files are to be looked at before SQLite touches them, and closing any other handle of a locked file
 * gives the lock away on Unix.
 */
export function lockDirectory(files: Pick<StoreFiles, "lock" | "holder">): Pick<DatabaseSync, "close"> {
  const lock = new DatabaseSync(files.lock, { timeout: WAIT_MS });
  try {
    lock.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
    return lock;
  } catch (error) {
    lock.close();
    throw refusalOf(error, holderOf(files.holder));
  }
}

/** Whoever is refused is told which process to stop. */
const refusalOf = (error: unknown, holder: string | undefined): unknown =>
  holder !== undefined && failureOf(error).code === "ERR_STORE_LOCKED"
    ? new StoreProblem("ERR_STORE_LOCKED", `it is ${holder}`)
    : error;
