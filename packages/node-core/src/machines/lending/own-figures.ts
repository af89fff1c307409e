import { type DurationMs, elapsed, type InstantMs } from "@mutirao/primitives";
import type { LendingFigures } from "../../policies/lending/figures.ts";
import { comesBackMs, type Pace } from "../../policies/lending/parameters.ts";
import type { Backlog } from "../backlog.ts";
import type { Farm } from "../farm.ts";
import { hasNothing, isPresent, type WorkerRecord } from "../worker-record.ts";
import type { Asks } from "./asks.ts";
import type { Guests } from "./guests.ts";
import type { LoansOut } from "./loans-out.ts";

/** What this master knows of itself when it judges about lending. */
export interface OwnFigures extends LendingFigures {
  /** Own workers that are here and may be given tasks. */
  readonly homeWorkers: number;
  /** Own workers with nothing at all to do that could be lent now, the one idle for longest first. */
  readonly idle: readonly WorkerRecord[];
  /** Own workers that are elsewhere, or on the way. */
  readonly lentWorkers: number;
}

export interface FigureSources {
  readonly farm: Farm;
  readonly backlog: Backlog;
  readonly guests: Guests;
  readonly loans: LoansOut;
  readonly asks: Asks;
  readonly pace: () => Pace;
  readonly arrivalsPerMs: (now: InstantMs) => number;
  readonly reclaimedAt: () => InstantMs | undefined;
}

export function ownFigures(sources: FigureSources, now: InstantMs): OwnFigures {
  const { backlog, asks } = sources;
  const here = countHere(sources);
  const pace = sources.pace();
  const away = countAway(sources.loans, comesBackMs(pace), now);
  const reclaimedAt = sources.reclaimedAt();
  return {
    ...pace,
    ...here,
    ...away,
    backlog: backlog.ready,
    arrivalsPerMs: sources.arrivalsPerMs(now),
    idle: idleOwn(sources),
    incoming: asks.incoming,
    asked: asks.asked,
    sinceReclaimMs: reclaimedAt === undefined ? undefined : elapsed(reclaimedAt, now),
  };
}

function countHere({ farm, guests }: FigureSources) {
  let [present, leaving, idleSlots, guestSlots, workers, homeWorkers] = [0, 0, 0, 0, 0, 0];
  for (const worker of farm.workers.values()) {
    if (!isPresent(worker)) continue;
    const guest = guests.of(worker);
    // An own worker that is promised to another is as good as gone; a guest that is leaving is still at work.
    if (worker.isBarred && guest === undefined) continue;
    workers++;
    present += worker.slots;
    if (guest === undefined) {
      homeWorkers++;
      if (isIdle(worker)) idleSlots += worker.slots;
      continue;
    }
    // One that is about to go, and so takes nothing more, is still a guest.
    guestSlots += Math.max(1, worker.slots);
    if (worker.isBarred || guest.isWanted) leaving += worker.slots;
  }
  for (const [, owed] of guests.owed) leaving += owed;
  const slotsPerWorker = workers === 0 ? 1 : Math.max(1, present / workers);
  return {
    present,
    leaving: Math.min(leaving, present),
    idleOwn: idleSlots,
    guests: guestSlots,
    slotsPerWorker,
    homeWorkers,
  };
}

function countAway({ open }: LoansOut, comesBackWithinMs: DurationMs, now: InstantMs) {
  let [lent, beingReclaimed, lentWorkers] = [0, 0, 0];
  for (const { phase, slots, reclaimedAt } of open.values()) {
    // Of one that is lost nothing is expected any more.
    if (phase === "lost") continue;
    lentWorkers++;
    // One that was called and does not come must not stand in the way of others that could.
    const isMissed = reclaimedAt !== undefined && elapsed(reclaimedAt, now) > comesBackWithinMs;
    if (isMissed && phase !== "returning") continue;
    lent += slots;
    if (reclaimedAt !== undefined || phase === "returning") beingReclaimed += slots;
  }
  return { lent, beingReclaimed, lentWorkers };
}

const isIdle = (worker: WorkerRecord): boolean => worker.status === "alive" && hasNothing(worker);

/**
 * Who could go. A twin stays: leases are per id. One that has not said all that it holds may hold something yet, and one
 * that drains has no slots. A push worker that has a line to answer may lose the one that follows.
 */
function idleOwn({ farm, loans }: FigureSources): readonly WorkerRecord[] {
  const idle: WorkerRecord[] = [];
  for (const worker of farm.workers.values()) {
    if (loans.open.has(worker.id)) continue;
    if (worker.owner !== undefined || worker.isBarred || worker.slots < 1 || !isIdle(worker)) continue;
    if (worker.unansweredKeepAlives > 0) continue;
    if (worker.name !== worker.id || (worker.style === "session" && !worker.isResynced)) continue;
    idle.push(worker);
  }
  return idle;
}
