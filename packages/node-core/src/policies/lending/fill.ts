import { type DurationMs, durationMs } from "@mutirao/primitives";
import { estimatedWaitMs, type Queue } from "./estimated-wait.ts";
import { severeMs } from "./parameters.ts";

/** An ask that stands at a lender: who, how it fares, and how many workers it still wants. */
export interface Want<Key> extends Queue {
  readonly borrower: Key;
  readonly workers: number;
}

/** What a lender can give now. */
export interface Supply<Worker> {
  /** Its idle workers with their slots, those that it would rather give first. */
  readonly idle: readonly { readonly worker: Worker; readonly slots: number }[];
  /** Slots that it would lend to anybody, and to a borrower in severe need. */
  readonly spare: number;
  readonly spareIfSevere: number;
  /** How many workers the operator lets it lend. */
  readonly room: number;
  /** What a move costs here. */
  readonly moveMs: DurationMs;
}

export interface Gift<Key, Worker> {
  readonly borrower: Key;
  readonly worker: Worker;
}

/**
 * Who gets which worker? Progressive filling: one at a time, each to whoever would wait longest as
 * things stand, what it was just given counted. So no borrower is served to the full while another starves.
 */
export function fill<Key, Worker>(wants: readonly Want<Key>[], supply: Supply<Worker>): readonly Gift<Key, Worker>[] {
  const open = wants.map((want) => ({ ...want }));
  const gifts: Gift<Key, Worker>[] = [];
  let given = 0;
  for (const { worker, slots } of supply.idle) {
    if (gifts.length >= supply.room) break;
    const isFree = given + slots <= supply.spare;
    if (!isFree && given + slots > supply.spareIfSevere) continue;
    const worst = worstOff(open.filter((want) => want.workers > 0 && (isFree || isSevere(want, supply.moveMs))));
    if (worst === undefined) continue;
    worst.workers--;
    worst.slots += slots;
    given += slots;
    gifts.push({ borrower: worst.borrower, worker });
  }
  return gifts;
}

/** Whether a borrower waits so long that a lender should give even what it keeps for its own arrivals. */
export function isSevere(queue: Queue, moveMs: DurationMs): boolean {
  const { serviceMs } = queue;
  return estimatedWaitMs(queue) > severeMs({ serviceMs, moveMs, latencyMs: durationMs(0) });
}

/** The longest wait; of those with nobody at all, the most work. */
function worstOff<Some extends Queue>(wants: readonly Some[]): Some | undefined {
  let worst: Some | undefined;
  for (const want of wants) if (worst === undefined || isWorse(want, worst)) worst = want;
  return worst;
}

function isWorse(a: Queue, b: Queue): boolean {
  const [waitA, waitB] = [estimatedWaitMs(a), estimatedWaitMs(b)];
  return waitA === waitB ? a.backlog * a.serviceMs > b.backlog * b.serviceMs : waitA > waitB;
}
