import type { Scheduler } from "../scheduler.ts";

/** What the simulated name service does with a name at the moment. */
export interface NameRecord {
  readonly address: string;
  /** How many faults let look-ups of this name hang now. */
  hangs: number;
  /** How many faults deny now that the name exists. */
  denials: number;
}

/** The name service, as a process asks it: slow, sometimes silent, sometimes wrong. */
export interface NameService {
  add(name: string, address: string): NameRecord;
  /** Answers once, with the address or `undefined`. */
  ask(name: string, answer: (address: string | undefined) => void): void;
}

/** The system's resolver gives up by itself after this long (two servers, one retry each). */
export const RESOLVER_GIVES_UP_MS = 10_000;

export function createNameService(scheduler: Scheduler, delayMs: number): NameService {
  const records = new Map<string, NameRecord>();
  return {
    add(name, address) {
      const record: NameRecord = { address, hangs: 0, denials: 0 };
      records.set(name, record);
      return record;
    },
    ask(name, answer) {
      const record = records.get(name);
      const isHanging = record !== undefined && record.hangs > 0;
      scheduler.after(isHanging ? RESOLVER_GIVES_UP_MS : delayMs, () => {
        const isKnown = record !== undefined && !isHanging && record.denials === 0;
        answer(isKnown ? record.address : undefined);
      });
    },
  };
}
