import { checkVerb } from "./check-verb.ts";
import { peersVerb, tasksVerb, workersVerb } from "./list-verbs.ts";
import { loadVerb } from "./load-verb.ts";
import { loansVerb } from "./loans-verb.ts";
import { borrowVerb, drainVerb, lendVerb, reclaimVerb } from "./order-verbs.ts";
import { submitVerb } from "./submit-verb.ts";
import { taskVerb } from "./task-verb.ts";
import type { Verb } from "./verb.ts";
import { watchVerb } from "./watch-verb.ts";
import { whyVerb } from "./why-verb.ts";

/** Every verb, in the order in which the help lists them. */
export const verbs: readonly Verb[] = [
  submitVerb,
  tasksVerb,
  taskVerb,
  workersVerb,
  peersVerb,
  loadVerb,
  loansVerb,
  borrowVerb,
  lendVerb,
  reclaimVerb,
  drainVerb,
  whyVerb,
  watchVerb,
  checkVerb,
];
