/** What can go wrong with a verb beyond what the master answers, by stable code. */
export const verbErrors = {
  ERR_MASTER_UNREACHABLE: "No master answers there. Start one, or say with `--http` where it is. Exit code 3.",
  ERR_MASTER_NOT_UNDERSTOOD: "What answers there is no master, or one of another version. Exit code 3.",
  ERR_MONITOR_UNREACHABLE:
    "No load monitor answers there. Start one, or say with `--monitor` where it is. Exit code 3.",
  ERR_MONITOR_NOT_UNDERSTOOD: "What answers there is no load monitor, or one of another version. Exit code 3.",
  ERR_ALARMS_STAND: "At least one alarm stands, or the monitor hears nobody; each is told. Exit code 1.",
  ERR_FILE_UNREADABLE: "The file cannot be read. Exit code 2.",
  ERR_LINES_REFUSED: "Some lines of the batch were not accepted; each is told by its number. Exit code 1.",
} as const;

export type VerbErrorCode = keyof typeof verbErrors;
