import { after, type DurationMs, durationMs, elapsed, type InstantMs, laterOf } from "@mutirao/primitives";
import type { HostFigures } from "../master-events.ts";
import type { LoadState, LoadTerm, LoadView } from "../master-views.ts";
import { estimatedWaitMs } from "../policies/lending/estimated-wait.ts";
import { type LoadThresholds, nextLoadState } from "../policies/load-state.ts";
import type { ArrivalRate } from "./arrival-rate.ts";
import type { Attempts } from "./attempts.ts";
import type { Backlog } from "./backlog.ts";
import type { Farm } from "./farm.ts";
import type { MasterOutbox } from "./outbox.ts";
import type { ServiceTime } from "./service-time.ts";
import type { WallClock } from "./wall-clock.ts";
import { isPresent } from "./worker-record.ts";

/** How loaded the master is, and why: measures, and says when the state changes. */
export interface Load {
  onMeasured(figures: HostFigures): void;
  /** Looks whether the state has changed. To be called after every event. */
  evaluate(now: InstantMs): void;
  nextDeadline(): InstantMs | undefined;
  view(now: InstantMs): LoadView;
  /** As of the last evaluation. */
  readonly state: LoadState;
}

export interface LoadTools {
  readonly backlog: Backlog;
  readonly farm: Farm;
  readonly attempts: Attempts;
  readonly outbox: MasterOutbox;
  readonly clock: WallClock;
  readonly serviceTime: ServiceTime;
  readonly arrivals: ArrivalRate;
}

interface State extends LoadTools {
  readonly thresholds: LoadThresholds;
  state: LoadState;
  causes: readonly string[];
  since: InstantMs | undefined;
  /** Since when tasks wait and nobody could do them. */
  unattendedSince: InstantMs | undefined;
  figures: HostFigures | undefined;
}

export function createLoad(thresholds: LoadThresholds, tools: LoadTools): Load {
  const state: State = {
    ...tools,
    thresholds,
    state: "NORMAL",
    causes: [],
    since: undefined,
    unattendedSince: undefined,
    figures: undefined,
  };
  return {
    onMeasured(figures) {
      state.figures = figures;
    },
    evaluate: (now) => evaluate(state, now),
    nextDeadline() {
      if (state.unattendedSince === undefined || state.state === "STALLED") return undefined;
      return after(state.unattendedSince, durationMs(state.thresholds.stalledAfterMs));
    },
    view: (now) => view(state, now),
    get state() {
      return state.state;
    },
  };
}

/** Slots of those who are there, or will be back. */
function slotsOf({ farm }: State): number {
  let slots = 0;
  for (const worker of farm.workers.values()) if (isPresent(worker)) slots += worker.slots;
  return slots;
}

/** `undefined` while tasks wait and there is nobody; counted as nothing before a task was done. */
function waitMsOf({ backlog, serviceTime }: State, slots: number): DurationMs | undefined {
  const serviceMs = serviceTime.measuredMs ?? durationMs(0);
  const waitMs = estimatedWaitMs({ backlog: backlog.size, serviceMs, slots });
  return Number.isFinite(waitMs) ? waitMs : undefined;
}

/** At the moment for which it asked to be woken it is that long, whatever rounding makes of the difference. */
function unattendedFor({ unattendedSince, thresholds }: State, now: InstantMs): number {
  if (unattendedSince === undefined) return 0;
  const { stalledAfterMs } = thresholds;
  const isDue = after(unattendedSince, durationMs(stalledAfterMs)) <= now;
  return isDue ? Math.max(stalledAfterMs, elapsed(unattendedSince, now)) : elapsed(unattendedSince, now);
}

function evaluate(state: State, now: InstantMs): void {
  const { backlog, farm, thresholds } = state;
  state.since ??= now;
  const isUnattended = backlog.size > 0 && farm.present === 0;
  state.unattendedSince = isUnattended ? (state.unattendedSince ?? now) : undefined;
  const unattendedMs = unattendedFor(state, now);
  // Counting the slots is only worth it where the wait decides.
  const waitMs = thresholds.waitMs === undefined ? durationMs(0) : waitMsOf(state, slotsOf(state));
  const figures = { backlog: backlog.size, estimatedWaitMs: waitMs, workers: farm.present, unattendedMs };
  const next = nextLoadState(state.state, figures, thresholds);
  state.causes = next.causes;
  if (next.state === state.state) return;
  const from = state.state;
  state.state = next.state;
  state.since = laterOf(state.since, now);
  state.outbox.notify({
    kind: "load-changed",
    from,
    to: next.state,
    causes: next.causes,
    backlog: backlog.size,
    workers: farm.present,
    ...marksOf(thresholds, waitMs),
  });
}

/** What was weighed, for whoever asks why. */
function marksOf({ backlog, waitMs: marks }: LoadThresholds, waitMs: DurationMs | undefined) {
  return {
    backlogHigh: backlog.high,
    backlogLow: backlog.low,
    ...(marks === undefined
      ? {}
      : {
          ...(waitMs === undefined ? {} : { waitMs }),
          waitHighMs: durationMs(marks.high),
          waitLowMs: durationMs(marks.low),
        }),
  };
}

function view(state: State, now: InstantMs): LoadView {
  const { backlog, farm, attempts, clock } = state;
  const slots = slotsOf(state);
  let workers = 0;
  let idleWorkers = 0;
  let busySlots = 0;
  for (const worker of farm.workers.values()) {
    if (!isPresent(worker)) continue;
    workers++;
    busySlots += worker.attempts.size;
    if (worker.status === "alive" && worker.attempts.size === 0) idleWorkers++;
  }
  const waitMs = waitMsOf(state, slots);
  const arrivalsPerS = 1_000 * state.arrivals.perMs(now);
  const oldestWaitMs = backlog.oldestWaitMs(now);
  const unattendedMs = unattendedFor(state, now);
  const measures: Measures = { waitMs, arrivalsPerS, oldestWaitMs, busySlots, slots, workers, unattendedMs };
  return {
    state: state.state,
    causes: state.causes,
    since: clock.at(state.since ?? now),
    backlog: backlog.size,
    running: attempts.running,
    workers,
    idleWorkers,
    slots,
    busySlots,
    estimatedWaitMs: waitMs,
    oldestWaitMs,
    arrivalsPerS,
    serviceMs: state.serviceTime.measuredMs,
    terms: termsOf(state, measures),
  };
}

interface Measures {
  readonly waitMs: DurationMs | undefined;
  readonly arrivalsPerS: number;
  readonly oldestWaitMs: DurationMs;
  readonly busySlots: number;
  readonly slots: number;
  readonly workers: number;
  readonly unattendedMs: number;
}

function termsOf(state: State, measures: Measures): readonly LoadTerm[] {
  const { backlog, thresholds, causes, figures, serviceTime } = state;
  const serviceMs = serviceTime.measuredMs;
  const watched = (
    name: string,
    value: number,
    unit: string,
    marks: { readonly high: number; readonly low?: number } | undefined,
    cause: string = name,
  ): LoadTerm => ({
    name,
    value,
    unit,
    high: marks?.high,
    low: marks?.low,
    isTripped: causes.includes(cause),
  });
  const shown = (name: string, value: number, unit: string): LoadTerm => watched(name, value, unit, undefined);
  const wait = measures.waitMs ?? Number.POSITIVE_INFINITY;
  return [
    watched("backlog", backlog.size, "tasks", thresholds.backlog),
    watched("estimatedWait", wait, "ms", thresholds.waitMs),
    watched("workers", measures.workers, "workers", undefined),
    // Nobody for so long is what stands behind the cause "workers".
    watched("unattended", measures.unattendedMs, "ms", { high: thresholds.stalledAfterMs }, "workers"),
    shown("oldestWait", measures.oldestWaitMs, "ms"),
    shown("busySlots", measures.busySlots, "slots"),
    shown("slots", measures.slots, "slots"),
    shown("arrivals", measures.arrivalsPerS, "tasks/s"),
    ...(serviceMs === undefined ? [] : [shown("serviceTime", serviceMs, "ms")]),
    ...(figures === undefined ? [] : hostTerms(figures, shown)),
  ];
}

function hostTerms(
  { lagMs, processCpu, rssMb, system }: HostFigures,
  shown: (name: string, value: number, unit: string) => LoadTerm,
): readonly LoadTerm[] {
  return [
    shown("eventLoopLag", lagMs, "ms"),
    shown("processCpu", 100 * processCpu, "%"),
    shown("processMemory", rssMb, "MB"),
    shown("machineCpu", system.cpuPercent, "%"),
    shown("machineMemory", system.memoryPercent, "%"),
  ];
}
