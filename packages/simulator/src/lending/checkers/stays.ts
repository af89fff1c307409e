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
  const sentHome = new WeakSet<OpenLoan>();

  const isForeign = ({ peer }: OpenLoan): boolean =>
    !world.masters.some(({ plan }) => formatEndpoint(plan.listensAt) === peer);

  const checkForeign = (life: MasterLife, loan: OpenLoan, twins: readonly OpenLoan[], at: WorldMs): void => {
    const openedAt = Math.min(...twins.filter(({ id }) => id === loan.id).map((twin) => twin.openedAt));
    const stayedMs = (at - openedAt) * life.clock.rate;
    if (loan.reason === UNNEEDED && stayedMs < STAY_MS - EPSILON_MS)
      fail(`${life.label} sends ${loan.id} of ${loan.peer} home after ${Math.round(stayedMs)} ms`);
  };

  /** The master does not say which of two processes under one id it means: what is busy must be one that may stay. */
  const checkOurs = (life: MasterLife, loan: OpenLoan, twins: readonly OpenLoan[]): void => {
    const busy = [...life.book.workers.values()].filter(
      ({ id, status, assigned }) => id === loan.worker && status !== "gone" && assigned.size > 0,
    );
    const staying = twins.filter((twin) => !sentHome.has(twin));
    if (busy.length <= staying.length) return;
    const running = busy.reduce((sum, { assigned }) => sum + assigned.size, 0);
    fail(`${life.label} sends ${loan.id} of ${loan.peer} home, and it has ${running} tasks`);
  };

  return {
    master({ life, effects, at }: MasterObservation) {
      for (const effect of effects) {
        if (effect.type !== "notify" || effect.notice.kind !== "loan-changed") continue;
        const { notice } = effect;
        if (notice.direction === "out") continue;
        const twins = [...world.loans.of(life).open.values()].filter(
          ({ direction, worker }) => direction === "in" && worker === notice.worker,
        );
        for (const twin of twins) if (twin.state === "held") sentHome.delete(twin);
        if (notice.to !== "releasing" || notice.from !== "held") continue;
        const isMeant = (twin: OpenLoan): boolean =>
          twin.id === notice.loan && twin.state === "releasing" && twin.since === at && !sentHome.has(twin);
        const loan = twins.find(isMeant);
        if (loan === undefined) continue;
        sentHome.add(loan);
        if (isForeign(loan)) checkForeign(life, loan, twins, at);
        else checkOurs(life, loan, twins);
      }
    },
  };
};

/** As the master tells it. */
const UNNEEDED = "it has had nothing to do here";
const STAY_MS = 30_000;
const EPSILON_MS = 1;
