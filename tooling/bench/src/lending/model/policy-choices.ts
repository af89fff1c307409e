import {
  type AskWaves,
  estimatedWaitMs,
  expectedSlots,
  fill,
  type Gift,
  type LendingFigures,
  lifeMs,
  neededWorkers,
  planWave,
  reclaimCount,
  reclaimFrom,
  spareSlots,
  startWave,
  viewMs,
} from "@mutirao/node-core/lending";
import { type DurationMs, instantMs, type Prng } from "@mutirao/primitives";
import type { ModelWorker } from "./farms.ts";
import { figuresOf, type PolicyMaster } from "./policy-master.ts";

/** What a master says of itself. */
export interface Telling {
  readonly figures: LendingFigures;
  readonly slots: number;
  readonly waitMs: DurationMs;
  readonly lifeMs: DurationMs;
}

export function tellingOf(master: PolicyMaster, nowMs: number): Telling {
  const figures = figuresOf(master, nowMs);
  const slots = expectedSlots(figures);
  return { figures, slots, waitMs: estimatedWaitMs({ ...figures, slots }), lifeMs: lifeMs(figures) };
}

/** Whom an owner asks for workers back, and for how many. */
export function chooseCalls(master: PolicyMaster, figures: LendingFigures) {
  const slots = reclaimCount(figures);
  if (slots === 0) return [];
  const loans = master.neighbours.flatMap(({ lent, calledBack, waitMs }, borrower) => {
    const workers = lent - calledBack;
    return workers > 0 ? [{ borrower, waitMs, workers, slots: workers }] : [];
  });
  return reclaimFrom(loans, slots);
}

export interface Wave {
  readonly waves: AskWaves;
  readonly asks: readonly { readonly lender: number; readonly workers: number }[];
}

/** Whom a master asks for workers now; `undefined` if it does not ask. */
export function chooseAsks(
  master: PolicyMaster,
  figures: LendingFigures,
  { nowMs, heartbeatIntervalMs }: { readonly nowMs: number; readonly heartbeatIntervalMs: DurationMs },
  prng: Prng,
): Wave | undefined {
  const need = neededWorkers(figures, Number.POSITIVE_INFINITY).workers;
  if (need < 1) return undefined;
  const waves = startWave(master.waves, figures, instantMs(nowMs));
  const believedFrom = nowMs - viewMs(heartbeatIntervalMs);
  const others = master.neighbours.flatMap((it, lender) =>
    lender === master.farm.index
      ? []
      : [
          {
            lender,
            spare: it.spareAtMs >= believedFrom ? it.spare : 0,
            isAsked: it.asked > 0,
            isStanding: it.standingUntilMs > nowMs,
          },
        ],
  );
  return { waves, asks: planWave(others, need, { waves, usualSpare: master.usualSpare }, prng) };
}

/** Which of its idle workers a lender gives to whom now. */
export function chooseGifts(lender: PolicyMaster, nowMs: number): readonly Gift<number, ModelWorker>[] {
  const figures = figuresOf(lender, nowMs);
  const spareIfSevere = spareSlots(figures, { isSevere: true });
  if (spareIfSevere === 0) return [];
  const wants = lender.neighbours.flatMap(({ want }) => (want !== undefined && want.untilMs > nowMs ? [want] : []));
  const idle = lender.farm.idleOwn.map((worker) => ({ worker, slots: 1 }));
  const spare = spareSlots(figures, { isSevere: false });
  return fill(wants, { idle, spare, spareIfSevere, room: idle.length, moveMs: figures.moveMs });
}
