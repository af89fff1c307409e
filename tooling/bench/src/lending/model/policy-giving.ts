import { spareWorkers } from "@mutirao/node-core/lending";
import { about, type Cluster, type LendingMessage, nowOf } from "./cluster.ts";
import { chooseGifts, tellingOf } from "./policy-choices.ts";
import { goHome } from "./policy-guests.ts";
import type { PolicyMaster } from "./policy-master.ts";

export function onAsk(
  cluster: Cluster,
  lender: PolicyMaster,
  borrower: number,
  { workers, told }: LendingMessage & { kind: "ask" },
): void {
  const it = about(lender, borrower);
  const { figures, slots } = told;
  if (it.want === undefined) lender.totals.wants++;
  it.waitMs = told.waitMs;
  const untilMs = nowOf(cluster) + told.lifeMs;
  it.want = { borrower, workers, backlog: figures.backlog, serviceMs: figures.serviceMs, slots, untilMs };
  // Somebody is short of workers: perhaps the owner of a guest that has nothing to do here.
  for (const guest of [...lender.farm.idleGuests]) goHome(cluster, lender, guest);
  serve(cluster, lender, borrower);
}

/**
 * Gives what can be spared to those whose asks stand here.
 *
 * @param answering whose ask has just come, and gets an answer in any case.
 */
export function serve(cluster: Cluster, lender: PolicyMaster, answering?: number): void {
  if (lender.totals.wants === 0) return;
  const given = new Map<number, number>(answering === undefined ? [] : [[answering, 0]]);
  for (const { borrower, worker } of chooseGifts(lender, nowOf(cluster))) {
    given.set(borrower, (given.get(borrower) ?? 0) + 1);
    about(lender, borrower).lent++;
    lender.totals.lent++;
    cluster.farms.move(worker, borrower);
  }
  const { figures, waitMs } = tellingOf(lender, nowOf(cluster));
  const spare = spareWorkers(figures, Number.POSITIVE_INFINITY);
  for (const [borrower, count] of given) {
    const it = about(lender, borrower);
    if (it.want !== undefined) {
      it.want = { ...it.want, workers: it.want.workers - count, slots: it.want.slots + count };
      if (it.want.workers <= 0) dropWant(lender, borrower);
    }
    cluster.post(lender, borrower, { kind: "grant", count, spare, waitMs, isAnswer: borrower === answering });
  }
}

export function dropWant(lender: PolicyMaster, borrower: number): void {
  const it = about(lender, borrower);
  if (it.want === undefined) return;
  it.want = undefined;
  lender.totals.wants--;
}
