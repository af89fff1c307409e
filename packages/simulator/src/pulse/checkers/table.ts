import { createAnswersChecker } from "../../checkers/answers.ts";
import { createLifecycleChecker } from "../../checkers/lifecycle.ts";
import type { CreateChecker } from "../swarm/world.ts";
import { createAccusationsChecker } from "./accusations.ts";
import { createAvailabilityChecker } from "./availability.ts";
import { createBeatsChecker } from "./beats.ts";
import { createDialectsChecker } from "./dialects.ts";
import { createIdentityChecker } from "./identity.ts";
import { createTablesChecker } from "./tables.ts";
import { createTransitionsChecker } from "./transitions.ts";
import { createVerdictsChecker } from "./verdicts.ts";

/** Every checker by name, in the order in which they look at each step. */
export const checkers = {
  lifecycle: createLifecycleChecker,
  answers: createAnswersChecker,
  identity: createIdentityChecker,
  transitions: createTransitionsChecker,
  accusations: createAccusationsChecker,
  verdicts: createVerdictsChecker,
  dialects: createDialectsChecker,
  beats: createBeatsChecker,
  tables: createTablesChecker,
  availability: createAvailabilityChecker,
} satisfies Readonly<Record<string, CreateChecker>>;

export type PulseCheckerName = keyof typeof checkers;
