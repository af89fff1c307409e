/** Exit code of a process that ended itself because of a mistake of our own. */
export const EXIT_CRASHED = 4;

const endAtOnce = (error: unknown): void => {
  const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`${what}\n[ERR_CRASHED]\n`);
  process.exit(EXIT_CRASHED);
};

/**
 * For the first line of a program: what is thrown and caught by nobody, or rejected with nobody to hear it, ends the
 * process with an exit code of its own. `createMistakes` takes over once there is something to end in good order. This
 * file stands alone, so that it is there before all others.
 */
export function catchEarlyMistakes(): void {
  process.on("uncaughtException", endAtOnce);
}

export function releaseEarlyMistakes(): void {
  process.off("uncaughtException", endAtOnce);
}
