import { after, type DurationMs, durationMs, elapsed, type InstantMs } from "@mutirao/primitives";
import { calmMs, firstGapMs, lendingParameters, lifeMs, type Pace } from "./parameters.ts";

/**
 * How eagerly a master asks: what has come of its waves of asks so far.
 *
 *   wave in vain:  the next one after twice the gap, to half as many lenders
 *   wave that brought a worker, or none for long:  the next one at once, to twice as many
 *
 * Where nobody has a worker to spare, asking more does not make one; this is the only thing that keeps the number of
 * messages bounded when all masters are overloaded at once (2 per task instead of 60).
 */
export interface AskWaves {
  /** Between the last wave and the one before it; `undefined` while the narrowest will do. */
  readonly gapMs: DurationMs | undefined;
  /** How many lenders the next wave may ask, before what came of the last one is looked at. */
  readonly cap: number;
  readonly lastAt: InstantMs | undefined;
  /** Whether anything came of the last wave. */
  readonly hasBrought: boolean;
  /** How many lenders may hold a standing ask. */
  readonly standFan: number;
  readonly expiredAt: InstantMs | undefined;
}

export const firstAskWaves: AskWaves = {
  gapMs: undefined,
  cap: lendingParameters.fanMax,
  lastAt: undefined,
  hasBrought: true,
  standFan: lendingParameters.standFan.min,
  expiredAt: undefined,
};

/** When the next wave may go out at the earliest; `undefined`: at once. */
export function nextWaveAt(waves: AskWaves, pace: Pace): InstantMs | undefined {
  return waves.lastAt === undefined ? undefined : after(waves.lastAt, nextGapMs(waves, pace));
}

/** A wave goes out. Its `cap` and `standFan` are what this one may ask. */
export function startWave(waves: AskWaves, pace: Pace, now: InstantMs): AskWaves {
  const { fanMin, fanMax, standFan } = lendingParameters;
  const hasRested = waves.lastAt === undefined || elapsed(waves.lastAt, now) >= calmMs(pace);
  const isEager = waves.hasBrought || hasRested;
  const isCalm = waves.expiredAt === undefined || elapsed(waves.expiredAt, now) >= calmMs(pace);
  return {
    gapMs: isEager ? undefined : nextGapMs(waves, pace),
    cap: isEager ? Math.min(fanMax, 2 * waves.cap) : Math.max(fanMin, Math.floor(waves.cap / 2)),
    lastAt: now,
    hasBrought: false,
    standFan: isCalm ? standFan.min : waves.standFan,
    expiredAt: waves.expiredAt,
  };
}

/** A worker was granted. */
export const waveBrought = (waves: AskWaves): AskWaves => ({ ...waves, hasBrought: true });

/** A standing ask came to its end unfilled: the next ones go to more lenders. */
export const standingAskExpired = (waves: AskWaves, now: InstantMs): AskWaves => ({
  ...waves,
  standFan: Math.min(lendingParameters.standFan.max, 2 * waves.standFan),
  expiredAt: now,
});

function nextGapMs({ gapMs, hasBrought }: AskWaves, pace: Pace): DurationMs {
  const firstMs = firstGapMs(pace);
  if (hasBrought) return firstMs;
  return durationMs(Math.max(firstMs, Math.min(2 * (gapMs ?? firstMs), lifeMs(pace))));
}
