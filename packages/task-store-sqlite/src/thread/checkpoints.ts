import type { DatabaseSync } from "node:sqlite";
import { failureOf } from "../failure.ts";

/**
 * Copies SQLite's log into the database and begins it anew, whenever it has grown long. This is done after an answer,
 * and not by SQLite within a commit, whose caller would have to wait for it.
 */
export interface Checkpoints {
  makeIfDue(): void;
}

/**
 * A log that is short is written over and over again, and does not grow: then it needs no new blocks of the file system
 * and stays in the processor's caches, which is worth more than fewer checkpoints.
 */
const LOG_PAGES = 1_000;

export function createCheckpoints(database: DatabaseSync): Checkpoints {
  const look = database.prepare("PRAGMA wal_checkpoint(NOOP)");
  const make = database.prepare("PRAGMA wal_checkpoint(PASSIVE)");
  return {
    makeIfDue() {
      const { log, checkpointed } = look.get() as { readonly log: number; readonly checkpointed: number };
      if (log - checkpointed < LOG_PAGES) return;
      try {
        make.get();
      } catch (error) {
        // Nothing is lost: all is in the log, which goes on growing until there is room.
        if (failureOf(error).code !== "ERR_STORE_FULL") throw error;
      }
    },
  };
}
