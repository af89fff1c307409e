import type { FarmWatch } from "../../farm/watch.ts";
import type { Arena, Fault } from "../../faults/fault.ts";
import type { LendingWorld } from "../world.ts";

export type LendingFaultName =
  | "borrower-crash"
  | "owner-crash"
  | "traveller-kill"
  | "cut-masters"
  | "cut-guest"
  | "forge"
  | "replay"
  | "late-alive"
  | "late-order";

/** What a fault of this world has to work with. */
export interface LendingArena extends Arena<LendingWorld> {
  readonly watch: FarmWatch;
}

export type LendingFault = Fault<LendingArena>;
