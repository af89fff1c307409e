import { sense } from "../../calm.ts";
import type { WorkerLife, WorkerObservation } from "../../farm/world.ts";
import type { CreateLendingChecker } from "../world.ts";

/** What a worker has done to find its borrower since it last had it, or set out. */
interface Search {
  readonly since: number;
  readonly dials: number;
}

/**
 * A worker that cannot find its borrower gives it up after three tries, and after 15 s at most, and goes home: it dials
 * nobody but its home for ever. A task that it still has may end first, and its own stalls are nobody's silence. Between
 * two lines of the class there is no connection, so an answer in its words has found the borrower as well. One that is
 * about to leave for good has no other place to go to: it may try more often for the sake of its results, but no longer.
 */
export const createSeekingChecker: CreateLendingChecker = (world, fail) => {
  const searches = new WeakMap<WorkerLife, Search>();

  const look = (life: WorkerLife, dials: number): void => {
    const { now } = world.scheduler;
    const { isAway, phase, running, isLeaving } = life.core.status();
    const calmSince = world.calm.since(sense(life.number));
    if (!isAway || phase === "connected" || running > 0 || calmSince === undefined) {
      searches.delete(life);
      return;
    }
    const former = searches.get(life) ?? { since: now, dials: 0 };
    const search = { since: Math.max(former.since, calmSince), dials: isLeaving ? 0 : former.dials + dials };
    searches.set(life, search);
    const tookMs = (now - search.since) * life.clock.rate;
    const told = `${life.label} seeks its borrower`;
    if (tookMs > LIMIT_MS) fail(`${told} for ${Math.round(tookMs)} ms, and does not go home`);
    if (search.dials > DIALS_MAX) fail(`${told} for the ${search.dials}th time, and does not go home`);
  };

  return {
    worker({ life, event, effects }: WorkerObservation) {
      const hasMoved = effects.some((effect) => effect.type === "notify" && effect.notice.kind === "worker-moved");
      if (hasMoved || isAnswer(event)) searches.delete(life);
      look(life, effects.filter(({ type }) => type === "dial").length);
    },
    scan() {
      for (const { life } of world.workers) if (life !== undefined) look(life, 0);
    },
  };
};

const isAnswer = (event: WorkerObservation["event"]): boolean =>
  event.type === "message-received" && ["status-ack", "query", "no-task"].includes(event.message.kind);

/** With what a wake-up may be late. */
const LIMIT_MS = 15_000 + 1_000;
/** Three that came to nothing, after one that was lost. */
const DIALS_MAX = 4;
