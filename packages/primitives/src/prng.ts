/**
 * A seeded source of pseudo-random numbers: the same seed gives the same sequence on every machine. Not for secrets.
 */
export interface Prng {
  /** A number in [0, 1), with 32 bits of randomness. */
  next(): number;
  /** A whole number in [min, max], both included. */
  integer(min: number, max: number): number;
  /** True with the given probability (0 to 1). */
  chance(probability: number): boolean;
  /** One of the items. The list must not be empty. */
  pick<T>(items: readonly [T, ...T[]]): T;
  /**
   * An independent generator for one concern. Forking once per concern keeps the draws of one from shifting those of
   * another, so that adding a draw here does not change every replay there.
   */
  fork(concern: string): Prng;
}

/**
 * sfc32, by Chris Doty-Humphrey (PractRand): 128 bits of state, passes PractRand and BigCrush, one addition-rotation
 * round per number.
 *
 * @param seed any text; numbers are welcome as text (`String(42)`).
 */
export function createPrng(seed: string): Prng {
  let [a, b, c] = mix(seed);
  let counter = 1;

  const nextUint32 = (): number => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    c |= 0;
    return sum >>> 0;
  };
  // The reference implementation discards the first dozen outputs, in which a poor seed still shows.
  for (let round = 0; round < 12; round++) nextUint32();

  const next = (): number => nextUint32() / 0x1_0000_0000;
  const integer = (min: number, max: number): number => min + Math.floor(next() * (max - min + 1));
  return {
    next,
    integer,
    chance: (probability) => next() < probability,
    pick: <T>(items: readonly [T, ...T[]]): T => items[integer(0, items.length - 1)] ?? items[0],
    fork: (concern) => createPrng(`${seed}/${concern}`),
  };
}

/** Three 32-bit words of FNV-1a over the text, each finished with the avalanche of MurmurHash3. */
function mix(text: string): [number, number, number] {
  const word = (basis: number): number => {
    let hash = basis;
    for (let index = 0; index < text.length; index++) {
      hash = Math.imul(hash ^ text.charCodeAt(index), 0x0100_0193);
    }
    hash = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2_ae35);
    return hash ^ (hash >>> 16);
  };
  return [word(0x811c_9dc5), word(0x1b87_3593), word(0xcc9e_2d51)];
}
