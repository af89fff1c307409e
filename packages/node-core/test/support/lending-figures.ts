import { durationMs } from "@mutirao/primitives";
import type { LendingFigures } from "../../src/policies/lending/figures.ts";

/** A master of eight workers with one slot each, all idle; tasks of 100 ms, moves of 10 ms. */
export const idleMaster: LendingFigures = {
  serviceMs: durationMs(100),
  moveMs: durationMs(10),
  latencyMs: durationMs(0.5),
  backlog: 0,
  arrivalsPerMs: 0,
  slotsPerWorker: 1,
  present: 8,
  leaving: 0,
  idleOwn: 8,
  guests: 0,
  incoming: 0,
  lent: 0,
  beingReclaimed: 0,
  asked: 0,
  sinceReclaimMs: undefined,
};

/** The same with eight running tasks and `backlog` that wait. */
export const busyMaster = (backlog: number): LendingFigures => ({ ...idleMaster, backlog, idleOwn: 0 });

/** The same master where everything takes `factor` times as long. */
export const slower = (figures: LendingFigures, factor: number): LendingFigures => ({
  ...figures,
  serviceMs: durationMs(figures.serviceMs * factor),
  moveMs: durationMs(figures.moveMs * factor),
  latencyMs: durationMs(figures.latencyMs * factor),
  arrivalsPerMs: figures.arrivalsPerMs / factor,
  sinceReclaimMs: figures.sinceReclaimMs === undefined ? undefined : figures.sinceReclaimMs * factor,
});
