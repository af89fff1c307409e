import type { MasterNodeOptions, WorkerNodeOptions } from "@mutirao/node-core";
import type { Endpoint, NodeId } from "@mutirao/primitives";
import type { TransportLimits } from "@mutirao/transport";
import type { StreamStyle } from "../network/stream-style.ts";
import type { FarmFaultName } from "./faults/farm-fault.ts";
import type { Manner } from "./foreign/manners.ts";

/** Everything that is drawn before a run of this world begins. With the seed, it says all about the run. */
export interface FarmPlan {
  readonly seed: string;
  readonly network: FarmNetworkPlan;
  readonly machines: readonly (readonly string[])[];
  readonly masters: readonly MasterPlan[];
  readonly workers: readonly WorkerPlan[];
  readonly foreigners: readonly ForeignWorkerPlan[];
  readonly faults: readonly FarmFaultName[];
  readonly faultGapMs: number;
  readonly faultMaxMs: number;
  /** How long there are faults, and how long there are none after that at the most. */
  readonly safetyMs: number;
  readonly livenessMs: number;
}

export interface FarmNetworkPlan {
  readonly latencyMs: number;
  readonly jitterMs: number;
  readonly style: StreamStyle;
  readonly giveUpMs: number;
  readonly lateNewsRate: number;
}

/** A clock that starts at `originMs` and shows `rate` milliseconds per millisecond of the world. */
export interface ClockPlan {
  readonly originMs: number;
  readonly rate: number;
}

export interface ProcessPlan {
  readonly id: NodeId;
  readonly machine: number;
  readonly limits: TransportLimits;
  readonly clock: ClockPlan;
  /** How late wake-ups come in normal times, at most. */
  readonly wakeLateMs: number;
  readonly startsAtMs: number;
}

export interface MasterPlan extends ProcessPlan {
  readonly listensAt: Endpoint;
  readonly options: MasterNodeOptions;
  readonly disk: DiskPlan;
  readonly workload: WorkloadPlan;
  /** Time between two measurements of the host. */
  readonly measureMs: number;
}

export interface DiskPlan {
  /** How long a commit takes: between these two. */
  readonly commitMinMs: number;
  readonly commitMaxMs: number;
}

export interface WorkerPlan extends ProcessPlan {
  readonly master: number;
  readonly options: Omit<WorkerNodeOptions, "boot">;
  /** How long after its death a process is started again. */
  readonly restartMs: number;
}

/** A worker of another team. */
export interface ForeignWorkerPlan {
  readonly id: NodeId;
  readonly master: number;
  readonly machine: number;
  readonly style: "pull" | "pull-with-port" | "push";
  readonly manners: readonly Manner[];
  readonly pollMs: number;
  /** How long it waits for an answer, and for an acknowledgement. */
  readonly patienceMs: number;
  readonly restartMs: number;
}

/** Who hands in tasks, and which. */
export interface WorkloadPlan {
  readonly rhythm: "poisson" | "bursts" | "trickle";
  readonly tasksMax: number;
  /** Tasks in the largest burst; the submitter's own measure if absent. */
  readonly burstMax?: number;
  /** Tasks are handed in during one of so many turns only, each of this length. */
  readonly turns?: { readonly lengthMs: number; readonly count: number; readonly own: number };
  /** Between two submissions, on average. */
  readonly gapMs: number;
  readonly types: readonly string[];
  readonly serviceMs: number;
  /** Service times have a heavy tail. */
  readonly isHeavyTailed: boolean;
  /** Shares of tasks that are not what they should be. */
  readonly flakyRate: number;
  readonly badRate: number;
  readonly hangRate: number;
  readonly poisonRate: number;
  readonly bulkyRate: number;
  readonly cancelRate: number;
  readonly retryRate: number;
  /** How long a submitter waits for an answer before it says the same again. */
  readonly patienceMs: number;
}
