import { networkFaults } from "../../faults/network-faults.ts";
import type { FarmFault, FarmFaultName } from "./farm-fault.ts";
import { masterFaults } from "./master-faults.ts";
import { processFaults } from "./process-faults.ts";
import { workerFaults } from "./worker-faults.ts";

const { swizzle: _swizzle, "no-route": _noRoute, ...shared } = networkFaults;

/** Every fault there is. A new one is a line here, and from then on a batch in which it never fires fails. */
export const farmFaults: Readonly<Record<FarmFaultName, FarmFault>> = {
  ...shared,
  ...processFaults,
  ...masterFaults,
  ...workerFaults,
};

export const farmFaultNames = Object.keys(farmFaults) as readonly FarmFaultName[];
