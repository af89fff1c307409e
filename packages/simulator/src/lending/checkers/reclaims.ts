import { formatEndpoint } from "@mutirao/primitives";
import { link, observer, sense, target } from "../../calm.ts";
import { diskOf } from "../../farm/disturbances.ts";
import type { LiveBook } from "../../farm/oracle/master-book.ts";
import type { MasterLife, MasterObservation, WorkerLife } from "../../farm/world.ts";
import type { WorldMs } from "../../scheduler.ts";
import type { OpenLoan } from "../oracle/loan-books.ts";
import type { CreateLendingChecker, LendingWorld } from "../world.ts";

/** What an owner has called back from one borrower. */
interface Called {
  /** Workers that have not set out for home since. */
  left: number;
  lastAt: WorldMs;
}

/**
 * An owner whose tasks wait while nobody is idle has called a worker of its own back within 5 s, and gets the first that has
 * nothing to do as soon as the order can have reached its borrower.
 */
export const createReclaimsChecker: CreateLendingChecker = (world, fail) => {
  const called = new WeakMap<MasterLife, Map<string, Called>>();
  const idleSince = new WeakMap<WorkerLife, WorldMs>();
  const of = (life: MasterLife): Map<string, Called> => {
    const known = called.get(life) ?? new Map<string, Called>();
    called.set(life, known);
    return known;
  };

  const note = ({ life, effects, at }: MasterObservation): void => {
    for (const effect of effects) {
      if (effect.type !== "notify") continue;
      const { notice } = effect;
      if (notice.kind === "reclaim-ordered") {
        const left = (of(life).get(notice.peer)?.left ?? 0) + notice.workers;
        of(life).set(notice.peer, { left, lastAt: at });
      }
      if (notice.kind !== "loan-changed" || notice.direction === "in" || !ENDING.has(notice.to)) continue;
      const known = of(life).get(notice.peer);
      // Any of them will do, called or not. One that is lost and comes home all the same counts once.
      if (known === undefined || !THERE.has(notice.from)) continue;
      known.left = Math.max(0, known.left - 1);
      known.lastAt = at;
    }
  };

  const checkOrdered = ({ life, at, now }: MasterObservation, lent: readonly OpenLoan[]): void => {
    const calmAt = calmSince(world, life);
    const { rate } = life.clock;
    const limitMs = orderMs(life);
    const lastAt = Math.max(...[...of(life).values()].map((known) => known.lastAt), 0);
    const there = Map.groupBy(
      lent.filter(({ state }) => THERE.has(state)),
      ({ peer }) => peer,
    );
    const isCalled = (peer: string): boolean => (of(life).get(peer)?.left ?? 0) >= (there.get(peer)?.length ?? 0);
    const loan = lent.find(
      ({ state, since, peer }) => state === "lent" && (at - since) * rate > limitMs && !isCalled(peer),
    );
    if (loan === undefined || calmAt === undefined || (at - Math.max(calmAt, lastAt)) * rate <= limitMs) return;
    // For each that is on its way home one may wait; that it arrives, or is given up, others see to.
    for (const { readyAt, order } of waitingFor(life, limitMs, now).slice(comingOf(lent))) {
      fail(
        `${life.label} lets ${order.id} wait for ${Math.round(now - readyAt)} ms, and leaves ${loan.id} with ${loan.peer}`,
      );
    }
  };

  const checkCome = ({ life, at }: MasterObservation, lent: readonly OpenLoan[]): void => {
    for (const [peer, { left, lastAt }] of of(life)) {
      if (left <= 0) continue;
      const borrower = world.masters.find(({ plan }) => formatEndpoint(plan.listensAt) === peer)?.life;
      if (borrower === undefined) continue;
      for (const loan of lent) {
        if (loan.peer !== peer || loan.state !== "lent") continue;
        const worker = world.workers.find((slot) => slot.life?.id === loan.worker)?.life;
        const idleAt = worker === undefined ? undefined : idleSince.get(worker);
        const calmAt = calmSince(world, life, borrower, worker);
        if (worker === undefined || idleAt === undefined || calmAt === undefined) continue;
        const tookMs = at - Math.max(lastAt, idleAt, calmAt, loan.since);
        if (tookMs > 1.2 * comeMs(borrower) && !isQuiet(worker))
          fail(
            `${life.label} has called ${left} workers back from ${peer}, and ${loan.id} is idle there for ${Math.round(tookMs)} ms`,
          );
      }
    }
  };

  return {
    master: note,
    worker({ life, at }) {
      const { isAway, phase, running, unacknowledged } = life.core.status();
      const isIdle = isAway && phase === "connected" && running + unacknowledged === 0;
      if (!isIdle) idleSince.delete(life);
      else if (!idleSince.has(life)) idleSince.set(life, at);
    },
    scan(observation) {
      const lent = [...world.loans.of(observation.life).open.values()].filter(({ direction }) => direction === "out");
      if (lent.length === 0) return;
      checkOrdered(observation, lent);
      checkCome(observation, lent);
    },
  };
};

const waitingFor = ({ book }: MasterLife, longerThanMs: number, now: number): readonly LiveBook[] =>
  [...book.live.values()].filter(({ phase, readyAt }) => phase === "waiting" && now - readyAt > longerThanMs);

const comingOf = (lent: readonly OpenLoan[]): number => lent.filter(({ state }) => state === "returning").length;

const THERE: ReadonlySet<string | undefined> = new Set(["lent", "offered"]);
const ENDING: ReadonlySet<string> = new Set(["returning", "home", "lost"]);
/** A master looks at itself with every event, and there is one with each beat. And a wake-up. */
const orderMs = ({ slot }: MasterLife): number => 5_000 + slot.plan.options.intervalMs + 1_000;

/** Workers that ask for each task come when they ask. */
const isQuiet = ({ slot }: WorkerLife): boolean => slot.plan.options.style === "pull";

/** The order is said three times, and with each beat; a borrower does not let go a guest whose owner it cannot see. */
const comeMs = ({ slot }: MasterLife): number => {
  const { intervalMs, timeoutMs, backOffMaxMs, answerMs } = slot.plan.options;
  return 5_000 + 2 * intervalMs + timeoutMs + 4 * (backOffMaxMs + slot.plan.limits.connectMs + answerMs);
};

/** Since when nothing disturbs an owner, and a borrower, and what is between them and a worker. */
function calmSince(
  { calm }: LendingWorld,
  owner: MasterLife,
  borrower?: MasterLife,
  worker?: WorkerLife,
): number | undefined {
  const lives = [owner, borrower, worker].filter((life) => life !== undefined);
  const parties = lives.flatMap(({ number }) => [target(number), observer(number), sense(number)]);
  const ways = lives.flatMap((one, index) =>
    lives.slice(index + 1).map((other) => [one.machine.index, other.machine.index]),
  );
  const links = ways.map(([from = 0, to = 0]) => link(from, to));
  let since = Math.max(...lives.map(({ bornAt }) => bornAt));
  for (const what of [...parties, ...links, diskOf(owner.slot.index)]) {
    const calmAt = calm.since(what);
    if (calmAt === undefined) return undefined;
    since = Math.max(since, calmAt);
  }
  return since;
}
