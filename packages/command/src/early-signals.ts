/** The signals that end a command in good order. */
export const signals = ["SIGINT", "SIGTERM"] as const;

const endAtOnce = (): void => process.exit(0);

/**
 * For the first line of a program. A signal that comes while the rest of it is still being loaded ends it in good order
 * as well, and at once, as nothing has been begun; without this the system would end it, with an exit code that says
 * "killed". `createEnding` takes the signals over. This file stands alone, so that it is there before all others.
 */
export function catchEarlySignals(): void {
  for (const signal of signals) process.on(signal, endAtOnce);
}

export function releaseEarlySignals(): void {
  for (const signal of signals) process.off(signal, endAtOnce);
}
