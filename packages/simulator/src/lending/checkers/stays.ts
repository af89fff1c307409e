import { formatEndpoint } from "@mutirao/primitives";
import type { MasterLife, MasterObservation } from "../../farm/world.ts";
import type { WorldMs } from "../../scheduler.ts";
import type { OpenLoan } from "../oracle/loan-books.ts";
import type { CreateLendingChecker } from "../world.ts";

/**
 * Workers do not spend their lives on the way. A guest whose owner is of another team, and whose way is long, is kept for 30 s at
 * least, if nobody wants it; and one of ours stays as long as it has a task to do.
 */
export const createStaysChecker: CreateLendingChecker = (world, fail) => {
  const beganAt = new WeakMap<OpenLoan, WorldMs>();

  const isForeign = ({ peer }: OpenLoan): boolean =>
    !world.masters.some(({ plan }) => formatEndpoint(plan.listensAt) === peer);

  const check = (life: MasterLife, loan: OpenLoan, at: WorldMs): void => {
    const stayedMs = (at - (beganAt.get(loan) ?? loan.openedAt)) * life.clock.rate;
    if (isForeign(loan) && loan.reason === UNNEEDED && stayedMs < STAY_MS - EPSILON_MS)
      fail(`${life.label} sends ${loan.id} of ${loan.peer} home after ${Math.round(stayedMs)} ms`);
    // Of two by one name, one that has nothing to do may go.
    const named = [...life.book.workers.values()].filter(({ id }) => id === loan.worker);
    const running = named.length === 0 ? 0 : Math.min(...named.map(({ assigned }) => assigned.size));
    if (!isForeign(loan) && running > 0)
      fail(`${life.label} sends ${loan.id} of ${loan.peer} home, and it has ${running} tasks`);
  };

  return {
    master({ life, effects, at }: MasterObservation) {
      for (const effect of effects) {
        if (effect.type !== "notify" || effect.notice.kind !== "loan-changed") continue;
        const { notice } = effect;
        if (notice.direction === "out" || notice.to !== "releasing" || notice.from !== "held") continue;
        for (const loan of world.loans.of(life).open.values())
          if (loan.direction === "in" && loan.id === notice.loan) check(life, loan, at);
      }
    },
  };
};

/** As the master tells it. */
const UNNEEDED = "it has had nothing to do here";
const STAY_MS = 30_000;
const EPSILON_MS = 1;
