import type { SeenPeer } from "@mutirao/operator-api/monitor";
import { createBoundedMap, type InstantMs } from "@mutirao/primitives";
import { type Changes, isFlapping, noChanges, withChange } from "./policies/flapping.ts";

/** Watches whether peers come and go, as each master sees them. */
export interface PeerWatch {
  /** The status of a peer is another. */
  onChanged(master: string, peer: string, now: InstantMs): void;
  /** Those who began or ceased to flap since the last time. */
  review(now: InstantMs): readonly PeerVerdict[];
  forget(master: string): void;
}

export interface PeerVerdict {
  readonly master: string;
  readonly peer: string;
  readonly isFlapping: boolean;
}

interface Watched {
  readonly master: string;
  readonly peer: string;
  readonly changes: Changes;
  readonly isFlapping: boolean;
}

/** Pairs of which a change is remembered; of more, the one that changed longest ago is forgotten. */
const WATCHED_MAX = 4_096;

export function createPeerWatch(): PeerWatch {
  const watched = createBoundedMap<string, Watched>(WATCHED_MAX);
  const flapping = new Map<string, Watched>();
  const changed = new Set<string>();
  const keyOf = (master: string, peer: string): string => JSON.stringify([master, peer]);

  const judge = (key: string, pair: Watched, now: InstantMs): PeerVerdict[] => {
    const verdict = isFlapping(pair.changes, now, pair.isFlapping);
    if (verdict === pair.isFlapping) return [];
    const next = { ...pair, isFlapping: verdict };
    watched.set(key, next);
    if (verdict) flapping.set(key, next);
    else flapping.delete(key);
    return [{ master: pair.master, peer: pair.peer, isFlapping: verdict }];
  };

  return {
    onChanged(master, peer, now) {
      const key = keyOf(master, peer);
      const pair = watched.get(key) ?? { master, peer, changes: noChanges, isFlapping: false };
      const next = { ...pair, changes: withChange(pair.changes, now) };
      watched.set(key, next);
      if (next.isFlapping) flapping.set(key, next);
      changed.add(key);
    },
    review(now) {
      const candidates = new Map(flapping);
      for (const key of changed) {
        const pair = watched.get(key);
        if (pair !== undefined) candidates.set(key, pair);
      }
      changed.clear();
      return [...candidates].flatMap(([key, pair]) => judge(key, pair, now));
    },
    forget(master) {
      for (const [key, pair] of [...flapping]) if (pair.master === master) flapping.delete(key);
    },
  };
}

/** The peers whose status is another than before. */
export function changedPeers(before: readonly SeenPeer[], after: readonly SeenPeer[]): readonly SeenPeer[] {
  if (before.length === 0) return [];
  const known = new Map(before.map(({ id, status }) => [id, status]));
  return after.filter(({ id, status }) => known.has(id) && known.get(id) !== status);
}
