import { statSync } from "node:fs";
import { StoreProblem } from "../failure.ts";
import { exists, type StoreFiles } from "./files.ts";

/** Throws once the files are not where a store that is opened later would look for them. */
export type CheckPlace = () => void;

/**
 * A file that was deleted, or whose directory was moved, takes writes as before on Unix; but whoever starts anew finds
 * none of it. So what was written counts as durable only if the files are in their place after it.
 */
export function createPlaceCheck({ database, log }: StoreFiles): CheckPlace {
  const opened = identityOf(database);
  return () => {
    if (identityOf(database) === opened && exists(log)) return;
    throw new StoreProblem("ERR_STORE_FAILED", `somebody has moved, replaced or deleted ${database} or its log`);
  };
}

/** Which file it is, whatever its name; `undefined` if there is none. */
function identityOf(path: string): string | undefined {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false });
  return found === undefined ? undefined : `${found.dev} ${found.ino}`;
}
