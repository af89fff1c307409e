import type { Prng } from "@mutirao/primitives";
import type { Stage } from "../stage.ts";

/** What a fault has to work with. */
export interface Arena<W extends Stage = Stage> {
  readonly world: W;
  readonly prng: Prng;
  /** How long it is to last, if it is one that lasts. */
  readonly durationMs: number;
}

/** One thing that goes wrong. */
export interface Fault<A extends Arena> {
  readonly what: string;
  /**
   * Begins, and gives what ends it (nothing more to do for a fault of a moment). `undefined` if there was nobody to do
   * it to. It must tell the world's `calm` what it disturbs, or its victims' misfortune will be taken for a mistake.
   */
  readonly begin: (arena: A) => (() => void) | undefined;
}

export const isOver = (): void => {};
