/** What can go wrong with a verb beyond what the master answers, by stable code. */
export const verbErrors = {
  ERR_MASTER_UNREACHABLE: "No master answers there. Start one, or say with `--http` where it is. Exit code 3.",
  ERR_MASTER_NOT_UNDERSTOOD: "What answers there is no master, or one of another version. Exit code 3.",
  ERR_FILE_UNREADABLE: "The file cannot be read. Exit code 2.",
  ERR_LINES_REFUSED: "Some lines of the batch were not accepted; each is told by its number. Exit code 1.",
} as const;

export type VerbErrorCode = keyof typeof verbErrors;
