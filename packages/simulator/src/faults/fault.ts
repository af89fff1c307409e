import type { Prng } from "@mutirao/primitives";
import type { Watch } from "../swarm/boot.ts";
import type { World } from "../swarm/world.ts";

export type FaultName =
  | "crash"
  | "crash-new-id"
  | "power-cut"
  | "terminate"
  | "restart-loop"
  | "death"
  | "move"
  | "pause"
  | "burn"
  | "late-timers"
  | "no-descriptors"
  | "partition"
  | "one-way"
  | "black-hole"
  | "swizzle"
  | "refusal"
  | "no-route"
  | "reset"
  | "mid-line-cut"
  | "vanish"
  | "slow-link"
  | "loss"
  | "name-hangs"
  | "name-unknown"
  | "flood";

/** What a fault has to work with. */
export interface Arena {
  readonly world: World;
  readonly watch: Watch;
  readonly prng: Prng;
  /** How long it is to last, if it is one that lasts. */
  readonly durationMs: number;
}

/** One thing that goes wrong. */
export interface Fault {
  readonly what: string;
  /**
   * Begins, and gives what ends it (nothing more to do for a fault of a moment). `undefined` if there was nobody to do
   * it to. It must tell the world's `calm` what it disturbs, or its victims' misfortune will be taken for a mistake.
   */
  readonly begin: (arena: Arena) => (() => void) | undefined;
}

export const isOver = (): void => {};
