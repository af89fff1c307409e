import type { DurationMs, Prng } from "@mutirao/primitives";
import type { Farms } from "./farms.ts";
import type { Telling } from "./policy-choices.ts";
import type { Neighbour, PolicyMaster } from "./policy-master.ts";

/** What masters that lend by the policy say to each other. */
export type LendingMessage =
  | { readonly kind: "ask"; readonly workers: number; readonly told: Telling }
  | {
      readonly kind: "grant";
      readonly count: number;
      readonly spare: number;
      readonly waitMs: DurationMs;
      /** It answers an ask; otherwise it serves one that stood. */
      readonly isAnswer: boolean;
    }
  | { readonly kind: "cancel" }
  | { readonly kind: "reclaim"; readonly workers: number };

/** All masters, and what they share. */
export interface Cluster {
  readonly farms: Farms;
  readonly masters: readonly PolicyMaster[];
  readonly heartbeatIntervalMs: DurationMs;
  readonly prng: Prng;
  /** Sends a message, which arrives after a while. */
  post(from: PolicyMaster, to: number, message: LendingMessage): void;
}

export const masterAt = ({ masters }: Cluster, index: number): PolicyMaster => masters[index] as PolicyMaster;
export const about = ({ neighbours }: PolicyMaster, index: number): Neighbour => neighbours[index] as Neighbour;
export const nowOf = ({ farms }: Cluster): number => farms.timeline.nowMs;
