import type { LendingFaultName } from "./lending-fault.ts";

export const lendingFaultNames: readonly LendingFaultName[] = [
  "borrower-crash",
  "owner-crash",
  "traveller-kill",
  "cut-masters",
  "cut-guest",
  "forge",
  "replay",
  "late-alive",
  "late-order",
];
