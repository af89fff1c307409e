import type { Endpoint, NodeId } from "@mutirao/primitives";
import type { FarmPlan } from "../farm/plan.ts";
import type { LendingFaultName } from "./faults/lending-fault.ts";

/** Everything that is drawn before a run of this world begins: a farm's plan, and what is lending's own. */
export interface LendingPlan extends FarmPlan {
  readonly lendingFaults: readonly LendingFaultName[];
  readonly foreignMasters: readonly ForeignMasterPlan[];
  readonly movers: readonly MoverPlan[];
  /** The machine from which somebody speaks in the names of others. */
  readonly forger: number;
  /** The longest lease that any master here gives. */
  readonly leaseMaxMs: number;
}

export const foreignMasterStyles = ["returns", "keeps", "lends", "deaf", "trades"] as const;

/**
 * A master of another team. `returns`: it asks for workers, and gives them back; `keeps`: it never does; `lends`: it has a
 * worker that it lends; `deaf`: it lends, and never answers when it is given back; `trades`: it borrows as well as lends.
 */
export interface ForeignMasterPlan {
  readonly id: NodeId;
  readonly machine: number;
  readonly listensAt: Endpoint;
  readonly style: (typeof foreignMasterStyles)[number];
  /** The address in its RETURN is nobody's. */
  readonly isWrong: boolean;
  /** It says RELEASE_COMPLETED when a guest arrives. */
  readonly isHasty: boolean;
  /** Some of its requests name this place, at which another lives, as its own. */
  readonly alias: Endpoint | undefined;
  readonly peers: readonly Endpoint[];
  readonly everyMs: number;
  readonly stayMs: number;
}

/**
 * A worker of another team that goes where it is sent: `pull` is told in answer to a question, `listening` at a port of its
 * own, `push` on the connection on which it waits for its tasks. Its home is a master of another team's, or one of ours.
 */
export interface MoverPlan {
  readonly id: NodeId;
  readonly style: "pull" | "listening" | "push";
  readonly home: NodeId;
  readonly homeAt: Endpoint;
  readonly machine: number;
  readonly pollMs: number;
  readonly patienceMs: number;
}
