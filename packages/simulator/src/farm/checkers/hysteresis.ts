import type { LoadState, MasterNodeOptions } from "@mutirao/node-core";
import type { CreateFarmChecker, MasterLife, MasterObservation } from "../world.ts";

interface Watch {
  state: LoadState;
  /** Since when tasks wait and nobody could do them. */
  unattendedSince: number | undefined;
}

interface Figures {
  readonly backlog: number;
  readonly waitMs: number;
  readonly workers: number;
}

/**
 * The state of the load changes only as the rule says, worked out here a second time and from the figures that the
 * master shows: above a high mark it is SATURATED, and it stays so until every figure is below its low mark; with tasks
 * and without a worker for the grace it is STALLED; and each change is told once, with where it came from.
 */
export const createHysteresisChecker: CreateFarmChecker = (_world, fail) => {
  const watches = new WeakMap<MasterLife, Watch>();

  const check = ({ life, now, effects, load }: MasterObservation): void => {
    const watch: Watch = watches.get(life) ?? { state: "NORMAL", unattendedSince: undefined };
    watches.set(life, watch);
    const { backlog, workers, estimatedWaitMs, state } = load;
    const waitMs = estimatedWaitMs ?? Number.POSITIVE_INFINITY;
    watch.unattendedSince = backlog > 0 && workers === 0 ? (watch.unattendedSince ?? now) : undefined;
    const next = nextState(watch, { backlog, workers, waitMs }, life.slot.plan.options, now);
    if (state !== next)
      fail(`${life.label} is ${state} with ${backlog} waiting and ${workers} workers; it must be ${next}`);
    const told = effects.flatMap((effect) =>
      effect.type === "notify" && effect.notice.kind === "load-changed" ? [effect.notice] : [],
    );
    const isTold = told.length === 1 && told[0]?.from === watch.state && told[0]?.to === next;
    if (watch.state === next ? told.length > 0 : !isTold) {
      fail(`${life.label} goes from ${watch.state} to ${next} and tells ${JSON.stringify(told)}`);
    }
    watch.state = next;
  };

  return { master: check };
};

function nextState(watch: Watch, figures: Figures, options: MasterNodeOptions, now: number): LoadState {
  const { backlogHigh, backlogLow, waitHighMs, waitLowMs, graceMs } = options;
  if (watch.unattendedSince !== undefined && now - watch.unattendedSince >= graceMs) return "STALLED";
  const watchesWait = waitHighMs !== undefined && waitLowMs !== undefined && figures.backlog > 0;
  if (figures.backlog > backlogHigh || (watchesWait && figures.waitMs > waitHighMs)) return "SATURATED";
  const isBelow = figures.backlog < backlogLow && !(watchesWait && figures.waitMs >= waitLowMs);
  return watch.state === "SATURATED" && !isBelow ? "SATURATED" : "NORMAL";
}
