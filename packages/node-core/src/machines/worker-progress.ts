import { after, earlierOf, type InstantMs, seconds } from "@mutirao/primitives";
import type { AttemptProgress } from "@mutirao/protocol";
import type { RunId } from "../worker-events.ts";
import { progressBytes } from "./worker-line-bytes.ts";

/** How far the runs have come, rationed: one word per run and second, and only the latest. */
export interface WorkerProgress {
  note(run: RunId, progress: AttemptProgress, now: InstantMs): void;
  /** The run has ended; its result says more. */
  forget(run: RunId): void;
  forgetAll(): void;
  /** What is due, for a line with room for so many bytes. */
  take(roomBytes: number, now: InstantMs): readonly AttemptProgress[];
  nextDeadline(): InstantMs | undefined;
}

const RATION_MS = seconds(1);

interface Told {
  /** What is to be said when its time comes. */
  next: AttemptProgress | undefined;
  dueAt: InstantMs;
}

export function createWorkerProgress(): WorkerProgress {
  const byRun = new Map<RunId, Told>();
  let deadline: InstantMs | undefined;
  return {
    note(run, progress, now) {
      const told = byRun.get(run) ?? { next: undefined, dueAt: now };
      told.next = progress;
      byRun.set(run, told);
      deadline = earlierOf(deadline, told.dueAt);
    },
    forget: (run) => void byRun.delete(run),
    forgetAll: () => byRun.clear(),
    take(roomBytes, now) {
      if (deadline === undefined || deadline > now) return [];
      deadline = undefined;
      const taken: AttemptProgress[] = [];
      let leftBytes = roomBytes;
      for (const told of byRun.values()) {
        if (told.next === undefined) continue;
        const bytes = progressBytes(told.next);
        if (told.dueAt <= now && bytes <= leftBytes) {
          leftBytes -= bytes;
          taken.push(told.next);
          told.next = undefined;
          told.dueAt = after(now, RATION_MS);
        } else {
          deadline = earlierOf(deadline, told.dueAt);
        }
      }
      return taken;
    },
    nextDeadline: () => deadline,
  };
}
