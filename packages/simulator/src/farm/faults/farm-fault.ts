import type { Arena, Fault } from "../../faults/fault.ts";
import type { NetworkFaultName } from "../../faults/network-faults.ts";
import type { FarmWatch } from "../watch.ts";
import type { FarmWorld } from "../world.ts";

export type FarmFaultName =
  | Exclude<NetworkFaultName, "swizzle" | "no-route">
  | "master-crash"
  | "master-power-cut"
  | "master-terminate"
  | "master-restart-loop"
  | "worker-kill"
  | "worker-power-cut"
  | "worker-drain"
  | "worker-abandon"
  | "foreign-kill"
  | "pause"
  | "burn"
  | "late-timers"
  | "no-descriptors"
  | "disk-full"
  | "disk-slow"
  | "disk-failed"
  | "wall-jump";

/** What a fault of this world has to work with. */
export interface FarmArena extends Arena<FarmWorld> {
  readonly watch: FarmWatch;
}

export type FarmFault = Fault<FarmArena>;
