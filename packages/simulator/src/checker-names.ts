import { type FarmCheckerName, checkers as farmCheckers } from "./farm/checkers/table.ts";
import { type PulseCheckerName, checkers as pulseCheckers } from "./pulse/checkers/table.ts";

/** `assertions` and `replay` are in no table: the core's own assertions, and two runs of one seed compared. */
export type CheckerName = PulseCheckerName | FarmCheckerName | "assertions" | "replay";

const named = [...Object.keys(pulseCheckers), ...Object.keys(farmCheckers)] as (PulseCheckerName | FarmCheckerName)[];

export const checkerNames: readonly CheckerName[] = [...new Set<CheckerName>([...named, "assertions", "replay"])];
