import type { StoreErrorCode } from "@mutirao/task-store";
import type { Failure } from "./messages.ts";

/** The store is not as it must be, for a reason of ours and not of the platform's. */
export class StoreProblem extends Error {
  override readonly name = "StoreProblem";
  readonly code: StoreErrorCode;

  constructor(code: StoreErrorCode, detail: string) {
    super(detail);
    this.code = code;
  }
}

/** What went wrong, in the store's terms. Whatever is not known is a reason to stop. */
export function failureOf(error: unknown): Failure {
  if (error instanceof StoreProblem) return { code: error.code, detail: error.message };
  if (!(error instanceof Error)) return { code: "ERR_STORE_FAILED", detail: String(error) };
  const { errcode, code } = error as { readonly errcode?: unknown; readonly code?: unknown };
  const detail = typeof errcode === "number" ? `${error.message}, SQLite error ${errcode}` : error.message;
  if (typeof errcode === "number") return { code: codeOf(errcode), detail };
  return { code: FILE_CODES.get(String(code)) ?? "ERR_STORE_FAILED", detail };
}

const codeOf = (errcode: number): StoreErrorCode =>
  SQLITE_CODES.get(errcode) ?? SQLITE_CODES.get(errcode & PRIMARY) ?? "ERR_STORE_FAILED";

/** The low byte of a result of SQLite is its kind, the others say more about it. */
const PRIMARY = 0xff;

const SQLITE_CODES: ReadonlyMap<number, StoreErrorCode> = new Map([
  [5, "ERR_STORE_LOCKED"], // SQLITE_BUSY
  [11, "ERR_STORE_CORRUPT"], // SQLITE_CORRUPT
  [13, "ERR_STORE_FULL"], // SQLITE_FULL
  [26, "ERR_STORE_CORRUPT"], // SQLITE_NOTADB
  // SQLITE_IOERR_SHMSIZE: the index of the log, made anew whenever the file is opened, found no room.
  [4_874, "ERR_STORE_FULL"],
]);

const FILE_CODES: ReadonlyMap<string, StoreErrorCode> = new Map([
  ["ENOSPC", "ERR_STORE_FULL"],
  ["EDQUOT", "ERR_STORE_FULL"],
]);
