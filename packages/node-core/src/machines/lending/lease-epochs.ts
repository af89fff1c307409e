import type { NodeId } from "@mutirao/primitives";
import type { LeaseRef } from "@mutirao/protocol";

/** The leases that a line names, by their workers. */
export const epochsOf = (leases: readonly LeaseRef[] | undefined): ReadonlyMap<NodeId, number> =>
  new Map(leases?.map(({ worker, epoch }) => [worker, epoch]));
