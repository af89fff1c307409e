import type { ConnId, NodeId, Prng } from "@mutirao/primitives";
import type { Calm } from "./calm.ts";
import type { Counters } from "./counters.ts";
import type { EventLoop } from "./event-loop.ts";
import type { HostClock } from "./host-clock.ts";
import type { Machine } from "./network/machine.ts";
import type { NameService } from "./network/name-service.ts";
import type { SimNetwork } from "./network/sim-network.ts";
import type { Scheduler, WorldMs } from "./scheduler.ts";
import type { SimTransport } from "./transport/sim-transport.ts";

/** What every kind of world is played on. */
export interface Stage {
  readonly prng: Prng;
  readonly scheduler: Scheduler;
  readonly network: SimNetwork;
  readonly names: NameService;
  readonly machines: readonly Machine[];
  readonly calm: Calm;
  readonly counters: Counters;
  /** The phase with faults is over. */
  isCalmForGood: boolean;
  /** Calls what ends a fault after a while, or when the phase with faults is over if that is sooner. */
  endLater(afterMs: number, end: () => void): void;
}

/** One process that runs a core, from its start to its end. A restart is another life. */
export interface Life {
  /** Unique in a run. */
  readonly number: number;
  /** What reports call it. */
  readonly label: string;
  readonly id: NodeId;
  readonly loop: EventLoop;
  readonly machine: Machine;
  readonly clock: HostClock;
  readonly bornAt: WorldMs;
  readonly host: { readonly transport: SimTransport };
  /** The connections whose end was told when it was stopped, and which the core was not told of any more. */
  readonly endedByStop: ConnId[];
  /** Faults: how much later than usual wake-ups come, and whether there are no file descriptors left. */
  timerLagMs: number;
  descriptorShortages: number;
}

export type Fail = (problem: string) => never;
