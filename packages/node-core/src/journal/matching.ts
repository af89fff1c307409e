import { formatEndpoint } from "@mutirao/primitives";
import type { JournalNotice } from "./journal-entry.ts";

/** How a peer is called: by its configured address in what concerns loans, by its id in what concerns its pulse. */
export interface PeerNames {
  readonly address: string;
  /** `undefined` if it never answered. */
  readonly id: string | undefined;
}

export function concernsPeer(notice: JournalNotice, { address, id }: PeerNames): boolean {
  switch (notice.kind) {
    case "peer-transitioned":
      return notice.transition.peer === id || formatEndpoint(notice.transition.endpoint) === address;
    case "borrow-asked":
    case "borrow-answered":
    case "borrow-unanswered":
    case "promise-broken":
    case "lend-asked":
    case "reclaim-ordered":
    case "loan-changed":
    case "guest-unreturnable":
      return notice.peer === address;
    case "guest-refused":
      return notice.owner === id || notice.owner === address;
    default:
      return false;
  }
}

export function concernsWorker(notice: JournalNotice, worker: string): boolean {
  switch (notice.kind) {
    case "borrow-answered":
    case "order-refused":
      return notice.workers.some((id) => id === worker);
    case "promise-broken":
    case "loan-changed":
    case "guest-refused":
    case "guest-unreturnable":
    case "attempt-failed":
      return notice.worker === worker;
    default:
      return false;
  }
}
