import type { TransportLimits } from "@mutirao/transport";

/**
 * Who may have a connection: counts those open in all, from each source, and of senders not yet identified. It decides
 * and counts; opening and closing is the caller's.
 */
export interface Admission<T> {
  /** Whether there may be one more: accepted from this source, or dialled (`undefined`). */
  hasRoom(source: string | undefined): boolean;
  add(item: T, source: string | undefined): void;
  /** If too many accepted ones are not identified, takes the oldest of them out of their number, to be closed. */
  takeSurplus(): T | undefined;
  /** The sender has made itself known. */
  identify(item: T): void;
  /** An item that was added is no more. */
  release(item: T, source: string | undefined): void;
}

type AdmissionLimits = Pick<
  TransportLimits,
  "connectionsMax" | "connectionsPerSourceMax" | "connectionsUnidentifiedMax"
>;

export function createAdmission<T>(limits: AdmissionLimits): Admission<T> {
  let openCount = 0;
  const countBySource = new Map<string, number>();
  const unidentified = new Set<T>();

  return {
    hasRoom(source) {
      if (openCount >= limits.connectionsMax) return false;
      return source === undefined || (countBySource.get(source) ?? 0) < limits.connectionsPerSourceMax;
    },
    add(item, source) {
      openCount++;
      if (source === undefined) return;
      countBySource.set(source, (countBySource.get(source) ?? 0) + 1);
      unidentified.add(item);
    },
    takeSurplus() {
      if (unidentified.size <= limits.connectionsUnidentifiedMax) return undefined;
      // A Set iterates in the order of insertion, so its first item is the oldest.
      for (const oldest of unidentified) {
        unidentified.delete(oldest);
        return oldest;
      }
      return undefined;
    },
    identify: (item) => void unidentified.delete(item),
    release(item, source) {
      openCount--;
      unidentified.delete(item);
      if (source === undefined) return;
      const left = (countBySource.get(source) ?? 0) - 1;
      // Sources come from the other side: one without connections must not stay in the table.
      if (left > 0) countBySource.set(source, left);
      else countBySource.delete(source);
    },
  };
}
