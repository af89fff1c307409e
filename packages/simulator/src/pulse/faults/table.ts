import { isOver } from "../../faults/fault.ts";
import { networkFaults } from "../../faults/network-faults.ts";
import { nameFaults } from "./name-faults.ts";
import { processFaults } from "./process-faults.ts";
import type { FaultName, PulseFault } from "./pulse-fault.ts";

/** Every fault there is. A new one is a line here, and from then on a batch in which it never fires fails. */
export const faults: Readonly<Record<FaultName, PulseFault>> = {
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
