import { type Fault, type FaultName, isOver } from "./fault.ts";
import { nameFaults } from "./name-faults.ts";
import { networkFaults } from "./network-faults.ts";
import { processFaults } from "./process-faults.ts";

/** Every fault there is. A new one is a line here, and from then on a batch in which it never fires fails. */
export const faults: Readonly<Record<FaultName, Fault>> = {
  ...processFaults,
  ...networkFaults,
  ...nameFaults,
  flood: {
    what: "a stranger opens connections by the dozen to one node, which turns others away",
    // It lasts for the whole of the first phase: the flooder among the foreign peers begins by itself.
    begin: () => isOver,
  },
};

export const faultNames = Object.keys(faults) as readonly FaultName[];
