/** How a running node is asked to end: by a signal, or because nobody reads what it prints any more. */
export interface Ending {
  readonly asked: Promise<void>;
  end(): void;
  /** Leaves the signals to whoever comes next. */
  dispose(): void;
}

const SIGNALS = ["SIGINT", "SIGTERM"] as const;

export function createEnding(): Ending {
  const { promise, resolve } = Promise.withResolvers<void>();
  const end = (): void => resolve();
  for (const signal of SIGNALS) process.on(signal, end);
  return {
    asked: promise,
    end,
    dispose() {
      for (const signal of SIGNALS) process.off(signal, end);
    },
  };
}
