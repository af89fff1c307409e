/** A load that runs until it is ended. */
export interface RunningLoad {
  /** Asks nothing more, waits for the answers under way, and closes everything. */
  end(): Promise<void>;
}

/** What a load reports while it runs. */
export interface Tally {
  answered(askedAtMs: number, answeredAtMs: number, beats: number): void;
  failed(): void;
}
