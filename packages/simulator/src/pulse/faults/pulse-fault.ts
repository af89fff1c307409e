import type { Arena, Fault } from "../../faults/fault.ts";
import type { NetworkFaultName } from "../../faults/network-faults.ts";
import type { Watch } from "../swarm/boot.ts";
import type { World } from "../swarm/world.ts";

export type FaultName =
  | NetworkFaultName
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
  | "name-hangs"
  | "name-unknown"
  | "flood";

/** What a fault of this world has to work with. */
export interface PulseArena extends Arena<World> {
  readonly watch: Watch;
}

export type PulseFault = Fault<PulseArena>;
