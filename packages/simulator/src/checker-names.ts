import { type FarmCheckerName, checkers as farmCheckers } from "./farm/checkers/table.ts";
import { type LendingCheckerName, checkers as lendingCheckers } from "./lending/checkers/table.ts";
import { type PulseCheckerName, checkers as pulseCheckers } from "./pulse/checkers/table.ts";

/** `assertions` and `replay` are in no table: the core's own assertions, and two runs of one seed compared. */
export type CheckerName = PulseCheckerName | FarmCheckerName | LendingCheckerName | "assertions" | "replay";

type Named = PulseCheckerName | FarmCheckerName | LendingCheckerName;
const named = [pulseCheckers, farmCheckers, lendingCheckers].flatMap((table) => Object.keys(table)) as Named[];

export const checkerNames: readonly CheckerName[] = [...new Set<CheckerName>([...named, "assertions", "replay"])];
