/** What can go wrong with a load monitor, by stable code. */
export const monitorErrors = {
  ERR_NOT_A_REPORT: "The line is none of a load report. Reports go to `--listen`, everything else to a master.",
  ERR_HISTORY_CORRUPT: "The history is damaged, or is none. Move it away, or choose another `--data-dir`. Exit code 2.",
  ERR_HISTORY_LOCKED: "Another monitor uses this `--data-dir`. Exit code 2.",
  ERR_HISTORY_FULL: "The disk is full, or the history is as large as it may be: what happens now is not kept.",
  ERR_HISTORY_FAILED: "The history cannot be kept, for the reason given. At the start, exit code 2.",
  ERR_RECORDING_UNREADABLE: "The file is no recording of a monitor's events. Exit code 2.",
} as const;

export type MonitorErrorCode = keyof typeof monitorErrors;

/** Why a monitor cannot begin, or a part of it cannot go on. */
export class MonitorError extends Error {
  override readonly name = "MonitorError";
  readonly code: MonitorErrorCode;

  constructor(code: MonitorErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
