import { batch, computed, type ReadonlySignal, signal } from "@preact/signals";
import { freshnessOf, type Heard, heardNow, timeAtMonitor, troubleOf } from "../model/ages.ts";
import { type SortKey, sameIds } from "../model/masters.ts";
import { noFilter } from "../model/notices.ts";
import { afterDelta, afterSnapshot, nothingYet, type PageState } from "../model/state.ts";
import { followEvents } from "./follow-events.ts";

const ownNow = (): number => performance.now();

/** What the monitor has told. */
export const state = signal<PageState>(nothingYet);
/** Parts of it, each of which is the same object until something in it changes: most changes are of masters only. */
export const hasStatus = computed(() => state.value.status !== undefined);
export const notices = computed(() => state.value.notices);
export const exchanges = computed(() => state.value.exchanges);
export const alarms = computed(() => state.value.alarms);

const heard = signal<Heard>({ monitorMs: Date.now(), ownMs: ownNow(), speed: 1 });
const isConnected = signal(false);
/** Whether there was an attempt to connect that failed. */
export const hasFailed = signal(false);

/** Our own clock, in steps of a second: nothing on the page changes more often by itself. */
const tick = signal(ownNow());
const TICK_MS = 1_000;

/** The time at the monitor, epoch milliseconds, in steps of a second. */
export const now = computed(() => timeAtMonitor(heard.value, Math.max(tick.value, heard.value.ownMs)));
const silentMs = computed(() => (heard.value.speed === 0 ? 0 : tick.value - heard.value.ownMs));
export const trouble = computed(() => troubleOf(state.value.status, isConnected.value, silentMs.value));

/** What the person has chosen. */
export const selected = signal<string | undefined>(undefined);
export const eyes = signal<string | undefined>(undefined);
export const sort = signal<SortKey>("state");
export const masterText = signal("");
export const noticeFilter = signal(noFilter);
export const conversationAbout = signal<string | undefined>(undefined);

/** A list of ids that stays the same object while it says the same. */
export function steadyIds(make: () => readonly string[]): ReadonlySignal<readonly string[]> {
  let last: readonly string[] = [];
  return computed(() => {
    const ids = make();
    if (!sameIds(ids, last)) last = ids;
    return last;
  });
}

/** The freshness of a master, which changes by itself when the monitor cannot be heard. */
export const freshness = (id: string) => {
  const master = state.value.masters.get(id);
  return master === undefined ? "gone" : freshnessOf(master, now.value);
};

/** Begins to follow the monitor. */
export function beginPage(): void {
  setInterval(() => {
    tick.value = ownNow();
  }, TICK_MS);
  followEvents({
    onSnapshot: (snapshot) =>
      batch(() => {
        state.value = afterSnapshot(state.value, snapshot);
        heard.value = heardNow(snapshot.status, ownNow());
      }),
    onDelta: (delta) =>
      batch(() => {
        state.value = afterDelta(state.value, delta);
        heard.value = heardNow(delta.status, ownNow());
      }),
    onLink: (connected) =>
      batch(() => {
        isConnected.value = connected;
        if (!connected) hasFailed.value = true;
      }),
  });
}
