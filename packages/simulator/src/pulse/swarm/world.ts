import type { HeartbeatNode } from "@mutirao/node-core";
import type { Endpoint, NodeId } from "@mutirao/primitives";
import type { RegistryEntry } from "@mutirao/registry";
import type { Disturbed } from "../../calm.ts";
import type { EventLoop } from "../../event-loop.ts";
import type { NetworkStage } from "../../faults/network-faults.ts";
import type { SimHost, Step } from "../../hosts/sim-host.ts";
import type { Machine } from "../../network/machine.ts";
import type { NameRecord } from "../../network/name-service.ts";
import type { WorldMs } from "../../scheduler.ts";
import type { Fail, Life } from "../../stage.ts";
import type { ForeignPeer } from "../foreign/foreign-peer.ts";
import type { Happening, Ledger, TargetRecord } from "./ledger.ts";
import type { HomePlan, NodePlan, SwarmPlan } from "./plan.ts";

/** Whoever can listen somewhere: the life of a node from start to end, or a foreign peer. */
export interface Party {
  /** Unique in a run. */
  readonly number: number;
  readonly loop: EventLoop;
  readonly listensAt: Endpoint;
  readonly machine: Machine;
  readonly bornAt: WorldMs;
  /** Whether whoever probes it must find it alive. */
  readonly isAlive: boolean;
  /** The id under which a node that configured it at `endpoint` must know it. */
  idAt(endpoint: Endpoint): NodeId;
}

/** One process of a node. A restart is another life, of the same slot. */
export interface NodeLife extends Party, Life {
  readonly slot: Slot;
  readonly core: HeartbeatNode;
  readonly host: SimHost;
  readonly ledger: Ledger;
  readonly targets: readonly Target[];
}

/** A configured endpoint of a node, and where it leads. */
export interface Target {
  readonly record: TargetRecord;
  /** The literal address; `undefined` if the name is unknown to everybody. */
  readonly address: Endpoint | undefined;
  /** What can disturb the way to it, apart from whoever lives there. */
  readonly disturbances: readonly Disturbed[];
}

/** A place for a node: what its plan says, and who lives there now. */
export interface Slot {
  readonly index: number;
  readonly plan: NodePlan;
  life: NodeLife | undefined;
  home: HomePlan;
  /** The id of its next life. */
  id: NodeId;
  boots: number;
  /** It will not be started again. */
  isDead: boolean;
}

/** One call of a core, and what it meant. */
export interface Observation extends Step {
  readonly life: NodeLife;
  /** What the call meant for the node's beats. */
  readonly happenings: readonly Happening[];
}

/** The same, with the node's registry as it is after the call. */
export interface Inspection extends Observation {
  readonly rows: readonly RegistryEntry[];
}

/** Watches a run, and fails it by calling what it was created with. */
export interface Checker {
  /** Told of each call of a core. */
  readonly observe?: (observation: Observation) => void;
  /** Told, after that, of each call that may have changed a registry, and of some of the others. */
  readonly inspect?: (inspection: Inspection) => void;
  readonly lifeBegan?: (life: NodeLife) => void;
  /** A life was ended in good order. */
  readonly lifeStopped?: (life: NodeLife) => void;
  /** A life is over, in whatever way. */
  readonly lifeEnded?: (life: NodeLife) => void;
  /** The run is over. */
  readonly finish?: () => void;
}

export type CreateChecker = (world: World, fail: Fail) => Checker;

/** A run. */
export interface World extends NetworkStage {
  readonly plan: SwarmPlan;
  readonly nameRecords: ReadonlyMap<string, NameRecord>;
  readonly slots: readonly Slot[];
  readonly foreigners: readonly ForeignPeer[];
  /** Who listens at a literal address now. */
  occupantOf(address: Endpoint): Party | undefined;
  /** Who runs, or ran, on a loop. */
  partyOn(loop: EventLoop): Party | undefined;
}
