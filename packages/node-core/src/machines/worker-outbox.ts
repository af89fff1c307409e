import type { Notice } from "../notices.ts";
import type { WorkerEffect } from "../worker-events.ts";

/** Where the machines of a worker put what they ask for while one event is handled, in the order in which it happens. */
export interface WorkerOutbox {
  emit(effect: WorkerEffect): void;
  notify(notice: Notice): void;
  /** Everything since the last time. */
  take(): readonly WorkerEffect[];
}

const NOTHING: readonly WorkerEffect[] = [];

export function createWorkerOutbox(): WorkerOutbox {
  let effects: WorkerEffect[] = [];
  const emit = (effect: WorkerEffect): void => void effects.push(effect);
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
