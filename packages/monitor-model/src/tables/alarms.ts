import type { Alarm, AlarmKind } from "@mutirao/operator-api/monitor";
import type { EpochMs } from "@mutirao/primitives";
import { formatIsoTime } from "@mutirao/protocol";
import { createChangedKeys } from "../changes.ts";

/** What an alarm is about. One of a kind stands at a time for each of these. */
export interface AlarmSubject {
  readonly kind: AlarmKind;
  readonly master: string;
  readonly subject: string | null;
}

/** The alarms that stand, and the latest that were cleared. */
export interface Alarms {
  /** @returns whether it is a new one. */
  raise(about: AlarmSubject, text: string, at: EpochMs): boolean;
  clear(about: AlarmSubject, at: EpochMs): boolean;
  /** Of a master that is forgotten. */
  clearOf(master: string, at: EpochMs): void;
  standing(): Iterable<Alarm>;
  /** The standing ones first, then the cleared ones, the latest first. */
  all(): readonly Alarm[];
  take(): { readonly changed: readonly Alarm[]; readonly gone: readonly string[] };
}

/** More than this at once is one alarm too many to look at. */
const STANDING_MAX = 1_000;
const CLEARED_MAX = 100;

export const alarmKey = ({ kind, master, subject }: AlarmSubject): string => JSON.stringify([kind, master, subject]);

export function createAlarms(): Alarms {
  const standing = new Map<string, Alarm>();
  /** By the same keys: an alarm that is raised again takes the place of the one that was cleared. */
  const cleared = new Map<string, Alarm>();
  const keys = createChangedKeys();

  const clear = (key: string, at: EpochMs): boolean => {
    const alarm = standing.get(key);
    if (alarm === undefined) return false;
    standing.delete(key);
    cleared.set(key, { ...alarm, clearedAt: formatIsoTime(at) });
    keys.changed(key);
    for (const oldest of cleared.keys()) {
      if (cleared.size <= CLEARED_MAX) break;
      cleared.delete(oldest);
      keys.gone(oldest);
    }
    return true;
  };

  return {
    raise(about, text, at) {
      const key = alarmKey(about);
      if (standing.has(key) || standing.size >= STANDING_MAX) return false;
      cleared.delete(key);
      standing.set(key, { key, ...about, since: formatIsoTime(at), clearedAt: null, text });
      keys.changed(key);
      return true;
    },
    clear: (about, at) => clear(alarmKey(about), at),
    clearOf(master, at) {
      for (const alarm of [...standing.values()]) if (alarm.master === master) clear(alarm.key, at);
    },
    standing: () => standing.values(),
    all: () => [...[...standing.values()].reverse(), ...[...cleared.values()].reverse()],
    take() {
      const { changed, gone } = keys.take();
      return { changed: changed.flatMap((key) => standing.get(key) ?? cleared.get(key) ?? []), gone };
    },
  };
}
