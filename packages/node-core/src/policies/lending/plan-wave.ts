import type { Prng } from "@mutirao/primitives";
import type { AskWaves } from "./ask-waves.ts";
import { type Ask, chooseAtRandom, chooseLenders } from "./choose-lenders.ts";
import { lendingParameters } from "./parameters.ts";

/** Another live master that speaks our words, as the one that asks knows it. */
export interface AskableMaster<Key> {
  readonly lender: Key;
  /** Workers that it said it could spare, less what it was asked for since; 0 if that is too long ago to be believed. */
  readonly spare: number;
  /** It was asked and has not answered yet. */
  readonly isAsked: boolean;
  /** It holds an ask of ours that it could not fill so far. */
  readonly isStanding: boolean;
}

/**
 * Whom a wave of asks goes to.
 *
 * Among few masters, first to those that said they could spare some; the rest of the need to a few at random, where it
 * stands. Among many, what they said is not believed: it is a second old, everybody sees the same, and all who are short
 * would run to the same few. There all are asked at random: so many as would cover the need if each had what masters
 * usually have; and after a wave in vain, no fewer than may hold a standing ask.
 *
 * @param waves as it is once this wave has begun.
 * @param usualSpare how many workers those who answered lately could give or spare, on average.
 */
export function planWave<Key>(
  masters: readonly AskableMaster<Key>[],
  need: number,
  { waves, usualSpare }: { readonly waves: AskWaves; readonly usualSpare: number },
  prng: Prng,
): readonly Ask<Key>[] {
  const askable = masters.filter(({ isAsked }) => !isAsked);
  const unaware = askable.filter(({ isStanding }) => !isStanding);
  // Oneself counts too.
  if (masters.length + 1 > lendingParameters.viewMastersMax) {
    const isInVain = waves.gapMs !== undefined;
    const fan = Math.max(isInVain ? waves.standFan : 1, Math.ceil(need / Math.max(1, usualSpare)));
    return chooseAtRandom(unaware.map(keyOf), need, Math.min(waves.cap, fan), prng);
  }
  const asks = chooseLenders(askable, need, waves.cap, prng);
  const rest = need - asks.reduce((sum, { workers }) => sum + workers, 0);
  const asked = new Set(asks.map(keyOf));
  const others = unaware.map(keyOf).filter((lender) => !asked.has(lender));
  return [...asks, ...chooseAtRandom(others, rest, waves.standFan, prng)];
}

const keyOf = <Key>({ lender }: { readonly lender: Key }): Key => lender;
