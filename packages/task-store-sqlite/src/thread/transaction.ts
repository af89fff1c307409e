import type { OpenDatabase } from "./open-database.ts";

/** Does something to the database, all or nothing, and durably once it returns. Throws what has prevented it. */
export type Transact = <T>(body: () => T) => T;

export function createTransact({ database, checkPlace }: Pick<OpenDatabase, "database" | "checkPlace">): Transact {
  const begin = database.prepare("BEGIN IMMEDIATE");
  const commit = database.prepare("COMMIT");
  return (body) => {
    begin.run();
    try {
      const result = body();
      commit.run();
      checkPlace();
      return result;
    } catch (error) {
      // Some errors, a full disk among them, end the transaction by themselves.
      if (database.isTransaction) database.exec("ROLLBACK");
      throw error;
    }
  };
}
