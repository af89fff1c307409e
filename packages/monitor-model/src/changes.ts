import type { MonitorDelta } from "@mutirao/operator-api/monitor";

/** Everything that the model knows or tells; the monitor's own status is its shell's. */
export type ModelParts = Omit<MonitorDelta, "status" | "gone">;
export type MonitorChanges = Omit<MonitorDelta, "status">;

/** One table's items that have changed, and those that are no more, since somebody last took them. */
export interface ChangedKeys {
  changed(key: string): void;
  gone(key: string): void;
  take(): { readonly changed: readonly string[]; readonly gone: readonly string[] };
}

export function createChangedKeys(): ChangedKeys {
  let changed = new Set<string>();
  let gone = new Set<string>();
  return {
    changed(key) {
      changed.add(key);
      gone.delete(key);
    },
    gone(key) {
      gone.add(key);
      changed.delete(key);
    },
    take() {
      if (changed.size === 0 && gone.size === 0) return NOTHING;
      const taken = { changed: [...changed], gone: [...gone] };
      changed = new Set();
      gone = new Set();
      return taken;
    },
  };
}

const NOTHING = { changed: [], gone: [] } as const;
