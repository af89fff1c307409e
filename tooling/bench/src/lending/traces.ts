import { createPrng, type Prng } from "@mutirao/primitives";
import type { Trace, TraceTask } from "./world.ts";

/** A time in which each master's load is steady. */
export interface Phase {
  readonly forMs: number;
  /** By master: what comes, as a share of what its own workers can do. */
  readonly loads: readonly number[];
}

/** How long tasks take, given the average. */
export type ServiceLaw = (prng: Prng, meanMs: number) => number;

export const exponential: ServiceLaw = (prng, meanMs) => -meanMs * Math.log(1 - prng.next());
export const constant: ServiceLaw = (_, meanMs) => meanMs;

export interface TraceSettings {
  readonly workersEach: number;
  readonly serviceMs: number;
  readonly law: ServiceLaw;
  readonly seed: string;
}

/** Tasks that come at random (a Poisson process per master), at rates that change from phase to phase. */
export function drawTrace(phases: readonly Phase[], settings: TraceSettings): Trace {
  const prng = createPrng(`${settings.seed}/trace`);
  const tasks: TraceTask[] = [];
  let beginsAtMs = 0;
  for (const { forMs, loads } of phases) {
    for (const [master, load] of loads.entries()) {
      const gapMs = settings.serviceMs / (settings.workersEach * load);
      const untilMs = beginsAtMs + forMs;
      for (let atMs = beginsAtMs + exponential(prng, gapMs); atMs < untilMs; atMs += exponential(prng, gapMs)) {
        tasks.push({ atMs, master, serviceMs: settings.law(prng, settings.serviceMs), isHot: load > 1 });
      }
    }
    beginsAtMs += forMs;
  }
  tasks.sort((a, b) => a.atMs - b.atMs);
  return { masters: phases[0]?.loads.length ?? 0, workersEach: settings.workersEach, tasks };
}

/** `count` tasks more that come to the first master at once. */
export function withBurst(trace: Trace, count: number, atMs: number, settings: TraceSettings): Trace {
  const prng = createPrng(`${settings.seed}/burst`);
  const burst = Array.from({ length: count }, () => ({
    atMs,
    master: 0,
    serviceMs: settings.law(prng, settings.serviceMs),
    isHot: true,
  }));
  return { ...trace, tasks: [...trace.tasks, ...burst].sort((a, b) => a.atMs - b.atMs) };
}
