import type { MasterObservation } from "../../farm/world.ts";
import type { OpenLoan } from "../oracle/loan-books.ts";
import type { CreateLendingChecker } from "../world.ts";

/** The operator's limits: who is lent at most, who stays, who is borrowed at most, and whether anything moves at all. */
export const createLendingLimitsChecker: CreateLendingChecker = (world, fail) => {
  const checkOut = ({ life, now }: MasterObservation, open: Iterable<OpenLoan>, loan: OpenLoan): void => {
    const { lendMax, lendReserve, lending, noLendTo } = life.slot.plan.options;
    if (lending !== "on") fail(`${life.label} lends ${loan.worker}, and lending is ${lending}`);
    if (noLendTo.includes(loan.peer)) fail(`${life.label} lends ${loan.worker} to ${loan.peer}, which it must not`);
    const lent = new Set<string>();
    for (const { direction, worker, state } of open) if (direction === "out" && state !== "lost") lent.add(worker);
    if (lent.size > lendMax) fail(`${life.label} has lent ${lent.size} workers, of ${lendMax}`);
    const home = life.core
      .workers(now)
      .filter(
        ({ id, status, isBorrowed }) => !isBorrowed && !lent.has(id) && (status === "ALIVE" || status === "AWAY"),
      );
    if (home.length < lendReserve)
      fail(`${life.label} has ${home.length} workers left at home, and ${lendReserve} must stay`);
  };

  const checkIn = ({ life }: MasterObservation, open: Iterable<OpenLoan>): void => {
    const { borrowMax, lending } = life.slot.plan.options;
    let held = 0;
    for (const { direction, state } of open) if (direction === "in" && state === "held") held++;
    if (held > borrowMax) fail(`${life.label} has ${held} guests, of ${borrowMax}`);
    if (held > 0 && lending === "off") fail(`${life.label} has guests, and lending is off`);
  };

  return {
    master(observation) {
      const { life, effects } = observation;
      const { begun, open } = world.loans.of(life);
      for (const loan of begun) {
        if (loan.direction === "out" && loan.state === "flushing") checkOut(observation, open.values(), loan);
        else if (loan.direction === "in") checkIn(observation, open.values());
      }
      if (life.slot.plan.options.lending === "on") return;
      for (const effect of effects) {
        if (effect.type === "send" && effect.message.kind === "worker-request")
          fail(`${life.label} asks for workers, and lending is ${life.slot.plan.options.lending}`);
      }
    },
  };
};
