import type { DatabaseSync } from "node:sqlite";
import { chooseLeasesToForget } from "@mutirao/task-store";
import type { KnownLease, KnownLeases } from "./known-leases.ts";
import type { Transact } from "./transaction.ts";

/** Forgets leases of workers that are home: chosen all at once, and forgotten a few at a time. */
export interface LeaseForgetting {
  choose(): void;
  /** Forgets the next few of them, durably. Gives whether there were any left. */
  next(): boolean;
}

const SLICE_LEASES = 500;

export function createLeaseForgetting(
  database: DatabaseSync,
  leases: KnownLeases,
  transact: Transact,
): LeaseForgetting {
  const remove = database.prepare("DELETE FROM leases WHERE worker = ?");
  let chosen: readonly KnownLease[] = [];

  return {
    choose() {
      chosen = chooseLeasesToForget([...leases.values()], ({ isHome }) => isHome);
    },
    next() {
      if (chosen.length === 0) return false;
      // Some may have been lent since they were chosen.
      const slice = chosen.slice(0, SLICE_LEASES).filter((lease) => leases.get(lease.worker) === lease);
      chosen = chosen.slice(SLICE_LEASES);
      transact(() => {
        for (const { worker } of slice) remove.run(worker);
      });
      for (const { worker } of slice) leases.delete(worker);
      return true;
    },
  };
}
