import { type LogRecord, logged, type RunningProcess } from "@mutirao/process-tests";

/** A place where one process after the other lives. */
export interface Seat {
  readonly crashes: number;
  /** Ends the process at once, wherever it is, and starts the next in its place. */
  crash(): Promise<void>;
  /** Resolves when the process is up; rejects if it ends before, unless by a `crash`. */
  up(): Promise<void>;
}

/**
 * @param start starts a process in the place, whatever was left there.
 * @param up what it logs when it is up.
 */
export function createSeat(start: () => RunningProcess, up: LogRecord): Seat {
  let crashes = 0;
  let sitting = sit(start(), up);
  return {
    get crashes() {
      return crashes;
    },
    async crash() {
      crashes++;
      await sitting.crash();
      sitting = sit(start(), up);
    },
    up: () => sitting.isUp,
  };
}

function sit(running: RunningProcess, up: LogRecord) {
  let isCrashed = false;
  const look = async (): Promise<void> => {
    try {
      await logged(running, up);
    } catch (error) {
      if (!isCrashed) throw error;
    }
  };
  const isUp = look();
  // Whoever waits for it is told; if nobody does, the process is not missed.
  isUp.catch(() => {});
  return {
    isUp,
    async crash() {
      isCrashed = true;
      await running.kill();
    },
  };
}
