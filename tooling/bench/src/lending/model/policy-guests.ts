import { guestStaysMs } from "@mutirao/node-core/lending";
import { durationMs } from "@mutirao/primitives";
import { about, type Cluster, nowOf } from "./cluster.ts";
import type { ModelWorker } from "./farms.ts";
import { figuresOf, type PolicyMaster } from "./policy-master.ts";

export function goHome(cluster: Cluster, host: PolicyMaster, guest: ModelWorker): void {
  guestLeaves(host, guest);
  cluster.farms.move(guest, guest.owner);
}

export function guestLeaves(host: PolicyMaster, guest: ModelWorker): void {
  const it = about(host, guest.owner);
  it.guests--;
  if (it.owed === 0) return;
  it.owed--;
  host.totals.owed--;
}

/** Idle guests of that owner go at once, and the first of the others that end their task. */
export function onReclaim(cluster: Cluster, host: PolicyMaster, owner: number, workers: number): void {
  const idle = host.farm.idleGuests.filter((guest) => guest.owner === owner).slice(0, workers);
  for (const guest of idle) goHome(cluster, host, guest);
  const it = about(host, owner);
  const owed = Math.max(0, Math.min(workers - idle.length, it.guests + it.incoming - it.owed));
  it.owed += owed;
  host.totals.owed += owed;
}

/** Looks whether an idle guest should go, again and again until it is not idle any more, or gone. */
export function linger(cluster: Cluster, host: PolicyMaster, guest: ModelWorker): void {
  const { idleSinceMs, hereSinceMs } = guest;
  const nowMs = nowOf(cluster);
  const idle = { idleMs: durationMs(nowMs - idleSinceMs), heldMs: durationMs(nowMs - hereSinceMs), slots: 1 };
  const staysMs = guestStaysMs(figuresOf(host, nowMs), idle);
  if (staysMs <= 0) {
    goHome(cluster, host, guest);
    return;
  }
  cluster.farms.timeline.after(staysMs, () => {
    if (guest.isIdle && guest.at === host.farm.index && guest.idleSinceMs === idleSinceMs) linger(cluster, host, guest);
  });
}
