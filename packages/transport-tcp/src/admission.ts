import type { InstantMs } from "@mutirao/primitives";
import { acceptedMax, type TransportLimits } from "@mutirao/transport";

/**
 * Who may have a connection, and who gives way to whom: see `TransportLimits.connectionsMax`. It decides and counts;
 * opening and closing is the caller's.
 */
export interface Admission<T> {
  /** Whether one more may be accepted from this source; another may have to give way to it. */
  mayAccept(source: string): boolean;
  /** Whether one more may be dialled; an accepted one may have to give way to it. */
  mayDial(): boolean;
  /** @param source where it was accepted from; `undefined` if we dial it. */
  add(item: T, source: string | undefined): void;
  /** Who gives way to the item added last, if anybody has to. It does not count any more, and is to be closed. */
  takeSurplus(): T | undefined;
  /** The sender has made itself known. */
  identify(item: T): void;
  /** An item that was added is no more. */
  release(item: T, source: string | undefined): void;
}

export interface AdmissionOptions<T> {
  readonly limits: Pick<TransportLimits, "connectionsMax" | "connectionsPerSourceMax" | "connectionsUnidentifiedMax">;
  /** When the connection carried something last. */
  readonly lastActiveAt: (item: T) => InstantMs;
}

export function createAdmission<T>({ limits, lastActiveAt }: AdmissionOptions<T>): Admission<T> {
  const { connectionsMax, connectionsPerSourceMax, connectionsUnidentifiedMax } = limits;
  const shareOfAccepted = acceptedMax(connectionsMax);
  const countBySource = new Map<string, number>();
  let dialledCount = 0;
  // A Set iterates in the order of insertion, so the first of each is the oldest.
  const accepted = new Set<T>();
  const unidentified = new Set<T>();

  const openCount = (): number => dialledCount + accepted.size;

  /** Looked for only when a dial finds every place taken, so it need not be in order at all times. */
  const longestSilent = (): T | undefined => {
    let found: T | undefined;
    for (const item of accepted) if (found === undefined || lastActiveAt(item) < lastActiveAt(found)) found = item;
    return found;
  };

  const surplus = (): T | undefined => {
    const [oldest] = unidentified;
    if (openCount() > connectionsMax) return oldest ?? longestSilent();
    const isTooMany = accepted.size > shareOfAccepted || unidentified.size > connectionsUnidentifiedMax;
    return isTooMany ? oldest : undefined;
  };

  const forget = (item: T): void => {
    accepted.delete(item);
    unidentified.delete(item);
  };

  return {
    mayAccept(source) {
      if ((countBySource.get(source) ?? 0) >= connectionsPerSourceMax) return false;
      return unidentified.size > 0 || (accepted.size < shareOfAccepted && openCount() < connectionsMax);
    },
    mayDial: () => dialledCount < connectionsMax,
    add(item, source) {
      if (source === undefined) {
        dialledCount++;
        return;
      }
      countBySource.set(source, (countBySource.get(source) ?? 0) + 1);
      accepted.add(item);
      unidentified.add(item);
    },
    takeSurplus() {
      const item = surplus();
      if (item !== undefined) forget(item);
      return item;
    },
    identify: (item) => void unidentified.delete(item),
    release(item, source) {
      if (source === undefined) {
        dialledCount--;
        return;
      }
      forget(item);
      const left = (countBySource.get(source) ?? 0) - 1;
      // Sources come from the other side: one without connections must not stay in the table.
      if (left > 0) countBySource.set(source, left);
      else countBySource.delete(source);
    },
  };
}
