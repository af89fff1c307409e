import { type InstantMs, sameEndpoint } from "@mutirao/primitives";
import type { Fail } from "../../stage.ts";
import { BEATS_PER_THREE_INTERVALS_MAX, backOffMaxGapMs, backOffMinMs, healthyGapMs, stallMs } from "../bounds.ts";
import { describeLife } from "../swarm/boot.ts";
import type { Attempt, Happening, TargetRecord } from "../swarm/ledger.ts";
import type { CreateChecker, NodeLife, Observation } from "../swarm/world.ts";

interface Rhythm {
  /** Beats to the target that failed in a row since it became TIMEOUT. */
  failures: number;
  /** When the last beats began, oldest first. */
  readonly begun: InstantMs[];
}

interface Book {
  readonly life: NodeLife;
  readonly rhythms: Map<TargetRecord, Rhythm>;
  /** When the node was last woken later than in normal times: no gap counts across it. */
  stalledAt: number;
}

/**
 * A peer that answers is probed every interval, whatever all the others do. One that is TIMEOUT is probed for ever, with
 * gaps that grow up to the ceiling. And no peer is ever stormed.
 */
export const createBeatsChecker: CreateChecker = (_world, fail) => {
  const books = new WeakMap<NodeLife, Book>();
  return {
    lifeBegan: (life) => void books.set(life, { life, rhythms: new Map(), stalledAt: Number.NEGATIVE_INFINITY }),
    observe(observation) {
      const { life, dueAt, now, happenings, event } = observation;
      const book = books.get(life);
      if (book === undefined) return;
      if (dueAt !== undefined && now - dueAt > lateMaxMs(life)) book.stalledAt = now;
      for (const happening of happenings) checkHappening(book, happening, observation, fail);
      if (event.type === "wake") checkOverdue(book, now, fail);
    },
  };
};

/** How late the host wakes the node in normal times; the rounding of times is added. */
const lateMaxMs = (life: NodeLife): number => life.slot.plan.wakeLateMs * life.clock.rate + 0.01;

function checkHappening(book: Book, happening: Happening, observation: Observation, fail: Fail): void {
  const { target } = happening;
  const rhythm = book.rhythms.get(target) ?? { failures: 0, begun: [] };
  book.rhythms.set(target, rhythm);
  if (happening.kind === "answered") rhythm.failures = 0;
  if (happening.kind === "failed") rhythm.failures = isTimedOut(observation, target) ? rhythm.failures + 1 : 0;
  if (happening.kind !== "attempt-began") return;
  const { attempt, after } = happening;
  checkStorm(book, rhythm, target, attempt, fail);
  if (after === undefined) return;
  const wasHastened = target.heardOfAt !== undefined && target.heardOfAt >= after.startedAt;
  if (wasHastened) rhythm.failures = 0;
  if (rhythm.failures > 0) checkBackOff(book, rhythm, target, attempt, after, fail);
}

/** Whether whoever answered at the target last is TIMEOUT. */
function isTimedOut({ life }: Observation, target: TargetRecord): boolean {
  const rows = life.core.registry();
  const row = rows.find(
    ({ serverId, endpoint }) => serverId === target.lastId && sameEndpoint(endpoint, target.endpoint),
  );
  return row?.status === "TIMEOUT";
}

/** Until when the next beat must have begun, given how the last one went. */
function nextBeatMaxAt({ life, stalledAt }: Book, { attempt, previous }: TargetRecord): number {
  const { plan } = life.slot;
  if (attempt?.endedAt === undefined || attempt.outcome === undefined) return Number.POSITIVE_INFINITY;
  const { startedAt, endedAt } = attempt;
  const lateMs = lateMaxMs(life);
  if (attempt.outcome === "failed") return Math.max(endedAt, stalledAt) + backOffMaxGapMs(plan) + lateMs;
  // Beats keep their phase. One that began in time and was answered before the next is due is followed by that; one
  // that began late (it waited for a slot, or the node was stalled) or was answered late, within an interval.
  const wasOnTime = previous?.outcome === "answered" && stalledAt < startedAt;
  const isPrompt = wasOnTime && endedAt - startedAt < plan.options.intervalMs - lateMs;
  return Math.max(isPrompt ? startedAt : endedAt, stalledAt) + healthyGapMs(plan) + lateMs;
}

function checkOverdue(book: Book, now: number, fail: Fail): void {
  const { life } = book;
  for (const { record } of life.targets) {
    if (record.attempt === undefined || record.lastId === life.id) continue;
    const latest = nextBeatMaxAt(book, record);
    if (now <= latest) continue;
    const since = Math.round(now - record.attempt.startedAt);
    const outcome = `one that was ${record.attempt.outcome}, ${Math.round(now - latest)} ms too many`;
    fail(`${describeLife(life)}: no beat to ${record.key} for ${since} ms after ${outcome}`);
  }
}

function checkStorm(book: Book, { begun }: Rhythm, target: TargetRecord, attempt: Attempt, fail: Fail): void {
  begun.push(attempt.startedAt);
  if (begun.length <= BEATS_PER_THREE_INTERVALS_MAX) return;
  const oldest = begun.shift() ?? attempt.startedAt;
  const tookMs = attempt.startedAt - oldest;
  if (tookMs >= 3 * book.life.slot.plan.options.intervalMs || book.stalledAt >= oldest) return;
  fail(`${describeLife(book.life)} storms ${target.key}: ${begun.length + 1} beats in ${tookMs} ms`);
}

function checkBackOff(
  { life, stalledAt }: Book,
  { failures }: Rhythm,
  target: TargetRecord,
  attempt: Attempt,
  after: Attempt,
  fail: Fail,
): void {
  const { plan } = life.slot;
  // A beat that waited for a slot, or was late, began later than it was due, and the next one counts from then.
  const mayHaveWaited = plan.options.dialsMax < plan.options.peers.length;
  if (mayHaveWaited || stalledAt >= after.startedAt - stallMs(plan)) return;
  const gapMs = attempt.startedAt - after.startedAt;
  const leastMs = backOffMinMs(plan, failures) - lateMaxMs(life);
  if (gapMs >= leastMs) return;
  const gap = `${Math.round(gapMs)} ms, less than ${Math.round(leastMs)} ms`;
  fail(`${describeLife(life)} probes ${target.key} after ${failures} failures in ${gap}`);
}
