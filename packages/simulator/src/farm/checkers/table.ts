import { createAnswersChecker } from "../../checkers/answers.ts";
import type { LifeChecker } from "../../checkers/life-checker.ts";
import { createLifecycleChecker } from "../../checkers/lifecycle.ts";
import type { Fail } from "../../stage.ts";
import type { CreateFarmChecker, FarmChecker } from "../world.ts";
import { createAttemptsChecker } from "./attempts.ts";
import { createBoundsChecker } from "./bounds.ts";
import { createCompletionChecker } from "./completion.ts";
import { createConservationChecker } from "./conservation.ts";
import { createDurabilityChecker } from "./durability.ts";
import { createHysteresisChecker } from "./hysteresis.ts";
import { createIdleChecker } from "./idle.ts";
import { createKeepingChecker } from "./keeping.ts";
import { createOrderChecker } from "./order.ts";
import { createPresenceChecker } from "./presence.ts";
import { createProvenanceChecker } from "./provenance.ts";
import { createRecordingChecker } from "./recording.ts";
import { createRequestsChecker } from "./requests.ts";
import { createSlotsChecker } from "./slots.ts";

/** Lets a checker that judges every kind of core alike judge masters and workers. */
const shared =
  (create: (world: unknown, fail: Fail) => LifeChecker): CreateFarmChecker =>
  (world, fail): FarmChecker => {
    const { observe, ...rest } = create(world, fail);
    return { ...rest, master: observe, worker: observe };
  };

/** Every checker by name, in the order in which they look at each step. */
export const checkers = {
  lifecycle: shared(createLifecycleChecker),
  answers: shared(createAnswersChecker),
  conservation: createConservationChecker,
  durability: createDurabilityChecker,
  recording: createRecordingChecker,
  provenance: createProvenanceChecker,
  attempts: createAttemptsChecker,
  slots: createSlotsChecker,
  order: createOrderChecker,
  idle: createIdleChecker,
  presence: createPresenceChecker,
  hysteresis: createHysteresisChecker,
  requests: createRequestsChecker,
  bounds: createBoundsChecker,
  keeping: createKeepingChecker,
  completion: createCompletionChecker,
} satisfies Readonly<Record<string, CreateFarmChecker>>;

export type FarmCheckerName = keyof typeof checkers;
