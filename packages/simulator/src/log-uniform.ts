import type { Prng } from "@mutirao/primitives";

/** A number between the two, each magnitude as likely as the next. */
export const logUniform = (prng: Prng, min: number, max: number): number => min * (max / min) ** prng.next();
