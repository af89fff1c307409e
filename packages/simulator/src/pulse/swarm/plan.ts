import type { HeartbeatNodeOptions } from "@mutirao/node-core";
import type { Endpoint, NodeId } from "@mutirao/primitives";
import type { TransportLimits } from "@mutirao/transport";
import type { StreamStyle } from "../../network/stream-style.ts";
import type { FaultName } from "../faults/pulse-fault.ts";
import type { ForeignStyle } from "../foreign/styles.ts";

/** Everything that is drawn before a run begins. With the seed, it says all about the run. */
export interface SwarmPlan {
  readonly seed: string;
  readonly network: NetworkPlan;
  /** The addresses of each machine. */
  readonly machines: readonly (readonly string[])[];
  /** Machines that are off for the whole run: black holes. */
  readonly darkMachines: readonly number[];
  readonly names: readonly NamePlan[];
  readonly nodes: readonly NodePlan[];
  readonly foreigners: readonly ForeignPlan[];
  /** The faults of this run, and how far apart they begin on average. */
  readonly faults: readonly FaultName[];
  readonly faultGapMs: number;
  /** How long faults last at most. */
  readonly faultMaxMs: number;
  /** How long there are faults, and how long there are none after that. */
  readonly safetyMs: number;
  readonly livenessMs: number;
}

export interface NetworkPlan {
  readonly latencyMs: number;
  readonly jitterMs: number;
  readonly style: StreamStyle;
  readonly giveUpMs: number;
  readonly nameDelayMs: number;
  readonly lateNewsRate: number;
}

export interface NamePlan {
  readonly name: string;
  readonly address: string;
  /** It hangs, or is unknown, from the first to the last moment. */
  readonly isBad: "hangs" | "unknown" | undefined;
}

/** Where a node may live. It moves from one home to another with its id. */
export interface HomePlan {
  readonly machine: number;
  readonly listensAt: Endpoint;
}

export interface NodePlan {
  readonly id: NodeId;
  readonly homes: readonly [HomePlan, ...HomePlan[]];
  readonly options: HeartbeatNodeOptions;
  readonly limits: TransportLimits;
  /** A clock that starts at `originMs` and shows `rate` milliseconds per millisecond of the world. */
  readonly clock: { readonly originMs: number; readonly rate: number };
  /** How late wake-ups come in normal times, at most. */
  readonly wakeLateMs: number;
  readonly startsAtMs: number;
  /** It crashes for good some time in the safety phase, and stays dead. */
  readonly diesForGood: boolean;
}

/** A process that is not ours: another team's node, a broken one, or a hostile one. */
export interface ForeignPlan {
  readonly style: ForeignStyle;
  readonly id: NodeId;
  /** In whose name it lies, if it does. */
  readonly forgedId: NodeId;
  readonly machine: number;
  readonly listensAt: Endpoint;
  /** Whom it beats or bothers, at literal addresses. */
  readonly victims: readonly Endpoint[];
  readonly intervalMs: number;
}
