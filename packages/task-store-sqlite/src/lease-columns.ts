import { epochMs, nodeId } from "@mutirao/primitives";
import type { LeaseBorrower, LeaseRecord } from "@mutirao/task-store";
import type { Cell } from "./columns.ts";

/** A lease as cells, in the order of the table's columns. Those of the borrower are empty if the worker is home. */
export const LEASE_COLUMNS = [
  "worker",
  "epoch",
  "changed_at",
  "peer",
  "borrower",
  "host",
  "port",
  "is_foreign",
] as const;

const HOME: readonly Cell[] = [null, null, null, null, null];

/** Adds the cells of a lease. */
export function pushLease(cells: Cell[], { worker, epoch, borrower, changedAt }: LeaseRecord): void {
  cells.push(worker, epoch, changedAt, ...(borrower === undefined ? HOME : borrowerCells(borrower)));
}

const borrowerCells = ({ peer, id, to, isForeign }: LeaseBorrower): readonly Cell[] => [
  peer,
  id ?? null,
  to.host,
  to.port,
  isForeign ? 1 : 0,
];

/** The lease whose cells these are. */
export function leaseOf(cells: readonly Cell[]): LeaseRecord {
  const [worker, epoch, changedAt, peer, id, host, port, isForeign] = cells;
  return {
    worker: nodeId(worker as string),
    epoch: epoch as number,
    borrower:
      typeof peer !== "string"
        ? undefined
        : {
            peer,
            id: typeof id === "string" ? nodeId(id) : undefined,
            to: { host: host as string, port: port as number },
            isForeign: isForeign === 1,
          },
    changedAt: epochMs(changedAt as number),
  };
}
