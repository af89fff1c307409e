import { type DurationMs, durationMs, type Endpoint, isIpLiteral } from "@mutirao/primitives";
import { RESOLVER_GIVES_UP_MS } from "../network/name-service.ts";
import type { NodePlan } from "./swarm/plan.ts";

/**
 * How long things may take at most, each with where it comes from. All are in milliseconds of the node's own clock; the
 * checkers allow for its drift where they measure in the world's.
 */

/** A wake-up that comes later than this after its deadline is a stall, and the node has to know it. */
export function stallMs({ options: { intervalMs, timeoutMs } }: NodePlan): number {
  // A peer is heard once per interval, so `timeout - interval` is to spare before its silence is long enough for a
  // verdict. A stall that eats more than half of it might accuse the innocent; one of an interval swallows a beat.
  return Math.min(intervalMs, (timeoutMs - intervalMs) / 2);
}

/** How long a dial can be under way. */
const dialMaxMs = ({ limits }: NodePlan): number => limits.lookupMs + limits.connectMs;

/** How long a beat can wait for a dial slot: until all others that are not proven have had theirs. */
function slotWaitMaxMs(plan: NodePlan): number {
  const turns = Math.ceil(plan.options.peers.length / plan.options.dialsMax);
  return turns * dialMaxMs(plan);
}

/** How long a beat can take from the moment it is due to the moment it has failed. */
const beatMaxMs = (plan: NodePlan): number => slotWaitMaxMs(plan) + dialMaxMs(plan) + plan.options.answerMs;

/**
 * How long a name may have to wait until the service is asked for it: a look-up that hangs holds its place among the few
 * that are under way until the system gives it up, and all other names of the node may come first.
 */
function lookUpWaitMaxMs({ options, limits }: NodePlan): number {
  const names = new Set(options.peers.map(({ host }) => host).filter((host) => !isIpLiteral(host)));
  return Math.ceil(names.size / limits.lookupsMax) * RESOLVER_GIVES_UP_MS;
}

/**
 * From a peer's being reachable and alive to its being ALIVE in the registry.
 *
 * The beat under way at that moment may be lost (`beatMaxMs`), and so may the next ones if the peer understands only one
 * spelling: a peer that never answered is asked in three in turn, one that did is asked in its own at least every
 * second time. A name may have to wait for its look-up first. Before each of them the back-off in force is waited, and the one that is answered takes its time too.
 */
export function aliveWithinMs(plan: NodePlan, { host }: Endpoint): DurationMs {
  const { intervalMs, backOffMaxMs } = plan.options;
  const lostBeats = 3;
  const waitMs = Math.max(intervalMs, backOffMaxMs);
  const nameMs = isIpLiteral(host) ? 0 : lookUpWaitMaxMs(plan);
  return durationMs(nameMs + (lostBeats + 1) * (waitMs + beatMaxMs(plan)));
}

/** The gap between two beats to a peer that answers: an interval, late by no more than 2 % of it. */
export const healthyGapMs = ({ options: { intervalMs } }: NodePlan): number => 1.02 * intervalMs;

/**
 * The least gap between two beats to a peer that is TIMEOUT, after `failures` beats to it have failed in a row since it
 * became so: the interval, doubled each time up to the ceiling, of which jitter takes away half at most; and never less
 * than the interval.
 */
export function backOffMinMs({ options: { intervalMs, backOffMaxMs } }: NodePlan, failures: number): number {
  const lengthMs = Math.min(intervalMs * 2 ** failures, Math.max(intervalMs, backOffMaxMs));
  return Math.max(intervalMs, lengthMs / 2);
}

/** The greatest gap between a failed beat and the next one, the wait for a dial slot included. */
export const backOffMaxGapMs = (plan: NodePlan): number =>
  Math.max(plan.options.intervalMs, plan.options.backOffMaxMs) + slotWaitMaxMs(plan);

/** Beats to one peer in three intervals: one each, one more at each edge, and one redial of each. */
export const BEATS_PER_THREE_INTERVALS_MAX = 8;

/** Former occupants of one address that a registry may remember at once. */
const REPLACED_PER_ADDRESS_MAX = 4;

/** What the registry may hold: for each configured address its occupant, its former ones, and a shared id's twin. */
export const registryMax = (plan: NodePlan): number => plan.options.peers.length * (2 + REPLACED_PER_ADDRESS_MAX);
