import { releaseEarlySignals, signals } from "./early-signals.ts";

/** How a running node is asked to end: by a signal, or because nobody reads what it prints any more. */
export interface Ending {
  readonly asked: Promise<void>;
  end(): void;
  /** Leaves the signals to whoever comes next. */
  dispose(): void;
}

export function createEnding(): Ending {
  const { promise, resolve } = Promise.withResolvers<void>();
  const end = (): void => resolve();
  for (const signal of signals) process.on(signal, end);
  releaseEarlySignals();
  return {
    asked: promise,
    end,
    dispose() {
      for (const signal of signals) process.off(signal, end);
    },
  };
}
