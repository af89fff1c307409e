import type { Prng } from "@mutirao/primitives";
import { logUniform } from "../log-uniform.ts";
import type { Stage } from "../stage.ts";
import type { Trace } from "../trace.ts";

/** How often there is a fault, and for how long. */
export interface FaultPace {
  /** How far apart they begin on average. */
  readonly faultGapMs: number;
  readonly faultMaxMs: number;
}

/** Begins a fault of this name, and gives what ends it; `undefined` if there is nobody to do it to. */
export type BeginFault<Name extends string> = (name: Name, prng: Prng, durationMs: number) => (() => void) | undefined;

/** Lets faults begin at random moments of the first phase, each for a random time. */
export function scheduleFaults<Name extends string>(
  world: Stage,
  trace: Trace,
  names: readonly Name[],
  pace: FaultPace,
  begin: BeginFault<Name>,
): void {
  const prng = world.prng.fork("faults");
  const next = (): void => {
    // The time between two independent accidents.
    const gapMs = -Math.log(1 - prng.next()) * pace.faultGapMs;
    world.scheduler.after(gapMs, () => {
      if (world.isCalmForGood) return;
      const name = names[prng.integer(0, names.length - 1)];
      if (name !== undefined) strike(world, trace, name, pace, prng, begin);
      next();
    });
  };
  if (names.length > 0) next();
}

function strike<Name extends string>(
  world: Stage,
  trace: Trace,
  name: Name,
  { faultMaxMs }: FaultPace,
  prng: Prng,
  begin: BeginFault<Name>,
): void {
  const { scheduler, counters } = world;
  // Blips and long ones: each finds what the other does not.
  const durationMs = prng.chance(0.5) ? faultMaxMs * prng.next() : logUniform(prng, faultMaxMs / 50, faultMaxMs);
  trace.remark(`fault ${name}, for ${Math.round(durationMs)} ms if it lasts`, scheduler.now);
  const end = begin(name, prng, durationMs);
  if (end === undefined) {
    trace.remark(`  there is nobody to do it to`, scheduler.now);
    return;
  }
  counters.count(`fault ${name} fired`);
  world.endLater(durationMs, () => {
    trace.remark(`end of ${name}`, scheduler.now);
    end();
  });
}
