import { checkers as farmCheckers } from "../../farm/checkers/table.ts";
import type { CreateLendingChecker } from "../world.ts";
import { createAllEndChecker } from "./all-end.ts";
import { createAmplificationChecker } from "./amplification.ts";
import { createAuthorityChecker } from "./authority.ts";
import { createBeliefChecker } from "./belief.ts";
import { createDestinationsChecker } from "./destinations.ts";
import { createDurableOfferChecker } from "./durable-offer.ts";
import { createEpochsChecker } from "./epochs.ts";
import { createFreeMovesChecker } from "./free-moves.ts";
import { createHelpChecker } from "./help.ts";
import { createHomecomingChecker } from "./homecoming.ts";
import { createLendingLimitsChecker } from "./lending-limits.ts";
import { createNoSwapChecker } from "./no-swap.ts";
import { createOneLeaseChecker } from "./one-lease.ts";
import { createOneMasterChecker } from "./one-master.ts";
import { createOwnIdleChecker } from "./own-idle.ts";
import { createPromisesChecker } from "./promises.ts";
import { createReclaimsChecker } from "./reclaims.ts";
import { createSeekingChecker } from "./seeking.ts";
import { createSettlingChecker } from "./settling.ts";
import { createStaysChecker } from "./stays.ts";
import { createTransitionsChecker } from "./transitions.ts";

const {
  lifecycle,
  answers,
  conservation,
  durability,
  recording,
  provenance,
  attempts,
  slots,
  order,
  hysteresis,
  requests,
  bounds,
} = farmCheckers;

/** Every checker by name: those of the farm that know nothing of where a worker is, and lending's own. */
export const checkers = {
  lifecycle,
  answers,
  conservation,
  durability,
  recording,
  provenance,
  attempts,
  slots,
  order,
  hysteresis,
  requests,
  bounds,
  "own-idle": createOwnIdleChecker,
  "durable-offer": createDurableOfferChecker,
  epochs: createEpochsChecker,
  "one-lease": createOneLeaseChecker,
  "one-master": createOneMasterChecker,
  belief: createBeliefChecker,
  "no-swap": createNoSwapChecker,
  "lending-limits": createLendingLimitsChecker,
  authority: createAuthorityChecker,
  destinations: createDestinationsChecker,
  promises: createPromisesChecker,
  seeking: createSeekingChecker,
  amplification: createAmplificationChecker,
  "free-moves": createFreeMovesChecker,
  reclaims: createReclaimsChecker,
  help: createHelpChecker,
  stays: createStaysChecker,
  transitions: createTransitionsChecker,
  settling: createSettlingChecker,
  homecoming: createHomecomingChecker,
  "all-end": createAllEndChecker,
} satisfies Readonly<Record<string, CreateLendingChecker>>;

export type LendingCheckerName = keyof typeof checkers;
