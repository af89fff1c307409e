import { durationMs, type InstantMs } from "@mutirao/primitives";
import { isMisunderstood, owedHere, stallWatchOf, type WorkerMachines } from "./worker-machines.ts";

/**
 * The clock of a lease goes on while this process stands still. A stall is not the silence of a master, but what was
 * promised to the owner is a time, and the owner may have taken the worker for lost since. So the lease is looked at
 * before anything is heard: a renewal that lay unread comes too late.
 */
export function endLeaseIfOver({ allegiance, session, push, pull }: WorkerMachines, now: InstantMs): void {
  const { leaseEndsAt } = allegiance;
  if (leaseEndsAt === undefined || leaseEndsAt > now || allegiance.isBoundElsewhere) return;
  allegiance.goHome("lease-over", session.graceMs, now);
  push.abandon();
  pull.onLeaving();
}

/** A worker that cannot find its borrower goes home; a home it seeks for ever. */
export function giveUpSeekingIfDue(
  { reach, allegiance, session, link, options }: WorkerMachines,
  now: InstantMs,
): void {
  if (!reach.isOver(now)) return;
  // A master that pushes may have nothing to say for long, so a connection that has lasted so far is one.
  if (options.style === "push" && link.phase === "open") reach.found();
  else allegiance.goHome("unreachable", session.graceMs, now);
}

/** @param giveUp gives up what still runs: its result would be taken for that of a task of the next master. */
export function moveIfDue(state: WorkerMachines, now: InstantMs, giveUp: () => void): void {
  const { moving, leaving, runs, link } = state;
  // A master that was asked for the last time is told nothing more, such as results of a session that it no longer has.
  const isOver = link.phase === "resting" && link.nextDeadline() === undefined;
  const results = isOver ? 0 : owedHere(state);
  const unsettled = { runs: runs.occupied, results, isMisunderstood: isMisunderstood(state) };
  if (!moving.isDue(unsettled, now)) return;
  // One that is about to leave for good has no other place to go to.
  if (leaving.mode !== "staying") {
    moving.end();
    return;
  }
  giveUp();
  move(state, now);
}

function move(state: WorkerMachines, now: InstantMs): void {
  const { allegiance, link, presence, session, pull, push, debts, outbox } = state;
  const forgotten = push.turnAway();
  if (forgotten > 0) outbox.notify({ kind: "results-forgotten", at: link.target, results: forgotten });
  allegiance.move(now);
  const { at, key } = allegiance;
  const report = debts.turnTo(key, at, pull.setAside(), now);
  if (report !== undefined) pull.takeUp(report);
  session.turnTo(debts.results);
  state.stalls = stallWatchOf(session);
  state.answerBy = undefined;
  presence.aim(at);
  link.aim(at);
  link.rest(AT_ONCE, now);
}

const AT_ONCE = durationMs(0);
