import type { AnyEffect, AnyEvent } from "../hosts/sim-host.ts";
import type { Life } from "../stage.ts";

/** One call of a core, as far as a checker needs to know that judges every kind of core alike. */
export interface LifeStep {
  readonly life: Life;
  readonly event: AnyEvent;
  readonly effects: readonly AnyEffect[];
}

/** A checker that judges every kind of core alike. */
export interface LifeChecker {
  readonly observe: (step: LifeStep) => void;
  readonly lifeBegan?: (life: Life) => void;
  readonly lifeStopped?: (life: Life) => void;
  readonly lifeEnded?: (life: Life) => void;
}
