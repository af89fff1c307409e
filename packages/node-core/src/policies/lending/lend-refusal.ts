import { type DurationMs, seconds } from "@mutirao/primitives";
import type { RefusalCode } from "@mutirao/protocol";
import type { LendingFigures } from "./figures.ts";
import { lifeMs } from "./parameters.ts";
import { isBorrowing, isHoldingOff, spareSlots } from "./spare.ts";

/** Why a request for workers is refused. */
export type LendRefusal = RefusalCode;

/** What is asked about a request, besides the figures. */
export interface LendQuestion {
  readonly isKnownAlive: boolean;
  readonly isAddressGood: boolean;
  readonly isTooOften: boolean;
  readonly isLendingOn: boolean;
  readonly isAllowed: boolean;
  readonly isDraining: boolean;
  readonly isStoreDown: boolean;
  readonly isSevere: boolean;
  /** Own workers that are away, and how many may be. */
  readonly lentWorkers: number;
  readonly lendMax: number;
  /** Own workers that are here and stay, and how many must. */
  readonly homeWorkers: number;
  readonly lendReserve: number;
  /** Own workers that could go at once: of two under one id the second cannot, as leases are by id. */
  readonly idleWorkers: number;
}

/**
 * Why not a single worker may be lent now; `undefined` if one may. Who asks is looked at before how we fare, so that a
 * stranger learns nothing of our load; and what will not change soon before what will.
 */
export function whyNotLend(figures: LendingFigures, question: LendQuestion): LendRefusal | undefined {
  return whyNotToThem(question) ?? whyNotNow(figures, question);
}

function whyNotToThem(question: LendQuestion): LendRefusal | undefined {
  if (!question.isKnownAlive) return "LEND_UNKNOWN_PEER";
  if (!question.isAddressGood) return "LEND_BAD_ADDRESS";
  if (question.isTooOften) return "LEND_TOO_OFTEN";
  if (!question.isLendingOn) return "LEND_OFF";
  return question.isAllowed ? undefined : "LEND_NOT_TO_YOU";
}

function whyNotNow(figures: LendingFigures, question: LendQuestion): LendRefusal | undefined {
  if (question.isDraining) return "LEND_DRAINING";
  if (question.isStoreDown) return "LEND_STORE_DOWN";
  if (isBorrowing(figures)) return "LEND_BORROWING";
  if (figures.backlog > 0 || isHoldingOff(figures)) return "LEND_SATURATED";
  if (question.lentWorkers >= question.lendMax) return "LEND_LIMIT";
  if (figures.idleOwn < 1 || question.idleWorkers < 1) return "LEND_NONE_IDLE";
  if (question.homeWorkers <= question.lendReserve) return "LEND_RESERVE";
  return spareSlots(figures, question) < 1 ? "LEND_RESERVE" : undefined;
}

/** What only an operator changes, on either side. */
const SETTLED: readonly LendRefusal[] = ["LEND_BAD_ADDRESS", "LEND_OFF", "LEND_NOT_TO_YOU"];

/**
 * How long whoever was refused should wait before it asks again: a minute for what only an operator changes; for what
 * changes with the load, the life of a standing ask, which is served by itself in that time if it can be. A peer that has
 * just begun is known as alive with the next beat to it.
 */
export function retryAfterMs(refusal: LendRefusal, figures: LendingFigures, intervalMs: DurationMs): DurationMs {
  if (refusal === "LEND_UNKNOWN_PEER") return intervalMs;
  if (SETTLED.includes(refusal) || refusal === "LEND_DRAINING") return seconds(60);
  return refusal === "LEND_STORE_DOWN" ? seconds(5) : lifeMs(figures);
}
