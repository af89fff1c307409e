import type { Prng } from "@mutirao/primitives";

/** The way from one machine to another; the way back is a link of its own, so that a partition can be one-way. */
export interface Link {
  /** The least time that anything takes. */
  latencyMs: number;
  /** More time, drawn between nothing and this. */
  jitterMs: number;
  /** `Infinity` for a link whose rate does not matter. */
  bytesPerMs: number;
  /** The chance that a packet is lost, and comes later because TCP sends it again. */
  lossRate: number;
  /** How many faults block the link now. What is sent is not lost but late: TCP repeats it until the link heals. */
  blocks: number;
  /** How many faults answer every SYN with a refusal. */
  refusals: number;
  /** How many faults answer every SYN with "no route". */
  detours: number;
}

export const createLink = (latencyMs: number, jitterMs: number): Link => ({
  latencyMs,
  jitterMs,
  bytesPerMs: Number.POSITIVE_INFINITY,
  lossRate: 0,
  blocks: 0,
  refusals: 0,
  detours: 0,
});

/** The first retransmission comes after this long; each further one takes twice as long. */
const RETRANSMIT_MS = 200;
const LOSSES_IN_A_ROW_MAX = 4;

/** How long one packet takes, its repetitions included. */
export function drawDelayMs(link: Link, prng: Prng): number {
  let delayMs = link.latencyMs + link.jitterMs * prng.next();
  if (link.lossRate === 0) return delayMs;
  for (let losses = 0; losses < LOSSES_IN_A_ROW_MAX && prng.chance(link.lossRate); losses++) {
    delayMs += RETRANSMIT_MS * 2 ** losses;
  }
  return delayMs;
}
