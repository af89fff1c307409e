/** A producer's way into a dispatcher. What a dispatcher says that it should not ends the producer's process. */
export interface Outlet {
  /**
   * Opens a stream of tasks, each of which is answered.
   *
   * @param onAccepted told the ids of tasks that were accepted, in their order, some at a time.
   */
  openStream(onAccepted: (ids: readonly string[]) => void): TaskStream;
  /** How many workers the dispatcher has. */
  workers(): Promise<number>;
  /**
   * Resolves when this many tasks have ended since the dispatcher began, and that is recorded.
   *
   * @param last one of those that will end last.
   */
  untilEnded(total: number, last: string): Promise<void>;
  /** Tells of each task that ends from now on, once that is recorded. */
  follow(onEnded: (id: string) => void): Promise<Following>;
  /** What became of tasks that have ended, in the order of their ids. */
  results(ids: readonly string[]): Promise<readonly unknown[]>;
}

export interface TaskStream {
  /** @param lines whole lines. */
  write(lines: string): void;
  /** Resolves when every answer was read. */
  end(): Promise<void>;
}

export interface Following {
  stop(): void;
}

/** Where a dispatcher takes tasks, on loopback. */
export interface OutletSettings {
  readonly port: number;
}
