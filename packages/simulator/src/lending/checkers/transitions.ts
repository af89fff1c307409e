import type { LoanState } from "@mutirao/node-core";
import { link, observer, sense, target } from "../../calm.ts";
import { diskOf } from "../../farm/disturbances.ts";
import type { MasterLife, MasterObservation } from "../../farm/world.ts";
import type { OpenLoan } from "../oracle/loan-books.ts";
import type { CreateLendingChecker } from "../world.ts";

/** What is on the way from one state to another is there for 10 s at most, while nothing disturbs its master. */
export const createTransitionsChecker: CreateLendingChecker = (world, fail) => {
  const isCalmSince = (life: MasterLife, peer: string): number => {
    const { number, slot, machine } = life;
    const other = world.masters.find(({ plan }) => `${plan.listensAt.host}:${plan.listensAt.port}` === peer);
    const things = [target, observer, sense].map((of) => of(number));
    const others = other?.life === undefined ? [] : [target, observer, sense].map((of) => of(other.life?.number ?? 0));
    const ways = other === undefined ? [] : [link(machine.index, other.machine.index)];
    const moments = [...things, ...others, ...ways, diskOf(slot.index)].map((what) => world.calm.since(what));
    return Math.max(...moments.map((moment) => moment ?? Number.POSITIVE_INFINITY));
  };

  const check = (life: MasterLife, at: number, loan: OpenLoan): void => {
    const isForeign = !world.masters.some(({ plan }) => `${plan.listensAt.host}:${plan.listensAt.port}` === loan.peer);
    const limitMs = isForeign && TRANSITIONAL.has(loan.state) ? FOREIGN_LIMIT_MS : limitOf(life, loan);
    if (limitMs === undefined) return;
    const since = Math.max(loan.since, isCalmSince(life, loan.peer), life.bornAt);
    const tookMs = (at - since) * life.clock.rate;
    if (tookMs <= limitMs) return;
    fail(
      `${life.label}: ${loan.direction} ${loan.id} with ${loan.peer} is ${loan.state} for ${Math.round(tookMs)} ms (${loan.reason})`,
    );
  };

  return {
    scan({ life, at }: MasterObservation) {
      for (const loan of world.loans.of(life).open.values()) check(life, at, loan);
    },
  };
};

const TRANSITIONAL: ReadonlySet<LoanState> = new Set(["flushing", "offered", "returning", "releasing"]);
/** For the wake-up itself, and for the next look after it. */
const SLACK_MS = 3_000;
const LIMIT_MS = 10_000;
/** Workers that know the class's words only come when they ask for work, or are not known to have read an order. */
const CLASS_LIMIT_MS = 30_000;
/** An owner of another team that does not answer is told three times, and its worker is waited for. */
const FOREIGN_LIMIT_MS = 60_000;

function limitOf({ slot }: MasterLife, { state, worker }: OpenLoan): number | undefined {
  if (!TRANSITIONAL.has(state)) return undefined;
  const known = slot.life?.book.workers.values() ?? [];
  const isClass = [...known].some(({ id, style }) => id === worker && style !== "session");
  return (isClass ? CLASS_LIMIT_MS : LIMIT_MS) + SLACK_MS;
}
