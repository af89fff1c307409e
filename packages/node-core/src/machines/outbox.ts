import type { Effect } from "../effects.ts";
import type { MasterOwnEffect } from "../master-effects.ts";
import type { Notice } from "../notices.ts";
import type { WorkerOwnEffect } from "../worker-events.ts";

/**
 * Where the machines of a node put what they ask for while one event is handled. A result, say, frees a slot, ends a
 * task, wants a write, and lets another task be given out: with a list that all of them add to, each does its part in
 * the order in which things happen, and none has to hand on what the others asked for.
 */
export interface Outbox<OwnEffect> {
  emit(effect: Effect | OwnEffect): void;
  notify(notice: Notice): void;
  /** Everything since the last time. */
  take(): readonly (Effect | OwnEffect)[];
}

export type MasterOutbox = Outbox<MasterOwnEffect>;
export type WorkerOutbox = Outbox<WorkerOwnEffect>;

const NOTHING = [] as const;

export function createOutbox<OwnEffect>(): Outbox<OwnEffect> {
  let effects: (Effect | OwnEffect)[] = [];
  const emit = (effect: Effect | OwnEffect): void => void effects.push(effect);
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
