import { formatEndpoint } from "@mutirao/primitives";
import type { MasterObservation } from "../../farm/world.ts";
import type { OpenLoan } from "../oracle/loan-books.ts";
import type { CreateLendingChecker } from "../world.ts";

/**
 * Only an owner sends a worker elsewhere, a master that asks or has guests lends none, and between two masters there are
 * never loans both ways at once.
 */
export const createNoSwapChecker: CreateLendingChecker = (world, fail) => {
  const checkRedirect = ({ life, effects }: MasterObservation): void => {
    for (const effect of effects) {
      if (effect.type !== "send" || effect.message.kind !== "redirect") continue;
      const speaker = world.loans.of(life).speakers.get(effect.conn);
      if (speaker?.owner !== undefined && speaker.owner !== life.id)
        fail(`${life.label} sends ${speaker.worker} on, which is ${speaker.owner}'s`);
    }
  };

  const checkBothWays = ({ life }: MasterObservation, { worker, peer }: OpenLoan): void => {
    const other = world.masters.find(({ plan }) => formatEndpoint(plan.listensAt) === peer)?.life;
    const own = formatEndpoint(life.slot.plan.listensAt);
    if (other === undefined) return;
    for (const loan of world.loans.of(other).open.values()) {
      if (loan.direction === "in" || loan.peer !== own || loan.state === "lost" || loan.state === "returning") continue;
      fail(`${life.label} lends ${worker} to ${peer}, which lends it ${loan.worker} (${loan.state}, ${loan.reason})`);
    }
  };

  return {
    master(observation) {
      const { life } = observation;
      checkRedirect(observation);
      const { begun, open, asks } = world.loans.of(life);
      for (const loan of begun) {
        if (loan.direction === "in" || loan.state !== "flushing") continue;
        checkBothWays(observation, loan);
        for (const other of open.values())
          if (other.direction === "in") fail(`${life.label} lends ${loan.worker}, and has ${other.worker} as a guest`);
        if (asks.size > 0) fail(`${life.label} lends ${loan.worker}, and asks others for workers`);
      }
    },
  };
};
