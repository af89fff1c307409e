/** What a handler process is told when it is started, as the JSON of its one argument. */
export interface ChildConfig {
  readonly modules: readonly HandlerModule[];
  /** Resident memory above which the process is ended, in bytes. */
  readonly memoryMaxBytes: number;
}

/** A module that exports task definitions. */
export interface HandlerModule {
  /** As it was typed, for messages. */
  readonly name: string;
  readonly url: string;
  /** Whether another module's task of the same type takes the place of this one's. */
  readonly isBuiltIn: boolean;
}

/** The pipe of {@link ../pool/lines.ts}. */
export const CHANNEL_FD = 3;
/** The pipe to the witness. */
export const WITNESS_FD = 4;
