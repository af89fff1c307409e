import type { MasterEffect } from "../master-effects.ts";
import type { Notice } from "../notices.ts";

/**
 * Where the machines of a master put what they ask for while one event is handled. A result, say, frees a slot, ends a
 * task, wants a write, and lets another task be given out: with a list that all of them add to, each does its part in
 * the order in which things happen, and none has to hand on what the others asked for.
 */
export interface Outbox {
  emit(effect: MasterEffect): void;
  notify(notice: Notice): void;
  /** Everything since the last time. */
  take(): readonly MasterEffect[];
}

const NOTHING: readonly MasterEffect[] = [];

export function createOutbox(): Outbox {
  let effects: MasterEffect[] = [];
  const emit = (effect: MasterEffect): void => void effects.push(effect);
  return {
    emit,
    notify: (notice) => emit({ type: "notify", notice }),
    take() {
      if (effects.length === 0) return NOTHING;
      const taken = effects;
      effects = [];
      return taken;
    },
  };
}
