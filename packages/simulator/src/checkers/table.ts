import type { CreateChecker } from "../swarm/world.ts";
import { createAccusationsChecker } from "./accusations.ts";
import { createAnswersChecker } from "./answers.ts";
import { createAvailabilityChecker } from "./availability.ts";
import { createBeatsChecker } from "./beats.ts";
import { createDialectsChecker } from "./dialects.ts";
import { createIdentityChecker } from "./identity.ts";
import { createLifecycleChecker } from "./lifecycle.ts";
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

/** `assertions` and `replay` are not in the table: the core's own assertions, and two runs of one seed compared. */
export type CheckerName = keyof typeof checkers | "assertions" | "replay";

export const checkerNames: readonly CheckerName[] = [
  ...(Object.keys(checkers) as (keyof typeof checkers)[]),
  "assertions",
  "replay",
];
