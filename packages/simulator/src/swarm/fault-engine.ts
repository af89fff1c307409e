import type { Prng } from "@mutirao/primitives";
import type { FaultName } from "../faults/fault.ts";
import { faults } from "../faults/table.ts";
import type { Trace } from "../trace.ts";
import type { Watch } from "./boot.ts";
import { logUniform } from "./draw-options.ts";
import type { World } from "./world.ts";

/** Lets the plan's faults begin at random moments of the first phase, each for a random time. */
export function scheduleFaults(world: World, watch: Watch, trace: Trace): void {
  const prng = world.prng.fork("faults");
  const names = world.plan.faults.filter((name) => name !== "flood");
  const next = (): void => {
    // The time between two independent accidents.
    const gapMs = -Math.log(1 - prng.next()) * world.plan.faultGapMs;
    world.scheduler.after(gapMs, () => {
      if (world.isCalmForGood) return;
      const name = names[prng.integer(0, names.length - 1)];
      if (name !== undefined) strike(world, watch, trace, name, prng);
      next();
    });
  };
  if (names.length > 0) next();
}

function strike(world: World, watch: Watch, trace: Trace, name: FaultName, prng: Prng): void {
  const { scheduler, counters, plan } = world;
  // Blips and long ones: each finds what the other does not.
  const durationMs = prng.chance(0.5)
    ? plan.faultMaxMs * prng.next()
    : logUniform(prng, plan.faultMaxMs / 50, plan.faultMaxMs);
  trace.remark(`fault ${name}, for ${Math.round(durationMs)} ms if it lasts`, scheduler.now);
  const end = faults[name].begin({ world, watch, prng, durationMs });
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
