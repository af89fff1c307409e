import { type ConnId, dialledConnId } from "@mutirao/primitives";

/** Numbers the connections that a node dials, for all of its machines together. */
export interface ConnNumbers {
  next(): ConnId;
}

export function createConnNumbers(): ConnNumbers {
  let dials = 0;
  return { next: () => dialledConnId(dials++) };
}
