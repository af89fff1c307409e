import type { DurationMs, Endpoint, InstantMs, NodeId, Prng } from "@mutirao/primitives";
import { durationMs } from "@mutirao/primitives";
import type { PeerFigures, RefusalTerms } from "@mutirao/protocol";
import type { LeaseRecord } from "@mutirao/task-store";
import type { LendingNodeOptions } from "../../options/lending-options.ts";
import { estimatedWaitMs } from "../../policies/lending/estimated-wait.ts";
import { expectedSlots } from "../../policies/lending/figures.ts";
import { type LendRefusal, retryAfterMs } from "../../policies/lending/lend-refusal.ts";
import type { Pace } from "../../policies/lending/parameters.ts";
import { lendRoom, spareWorkers } from "../../policies/lending/spare.ts";
import type { ArrivalRate } from "../arrival-rate.ts";
import type { Attempts } from "../attempts.ts";
import type { Backlog } from "../backlog.ts";
import type { ConnNumbers } from "../conn-numbers.ts";
import type { Farm } from "../farm.ts";
import type { MoveCost } from "../move-cost.ts";
import type { MasterOutbox } from "../outbox.ts";
import { priorServiceMs, type ServiceTime } from "../service-time.ts";
import type { WallClock } from "../wall-clock.ts";
import type { WorkerRecord } from "../worker-record.ts";
import type { Asks } from "./asks.ts";
import type { Conversation } from "./conversation.ts";
import type { Exchanges } from "./exchanges.ts";
import type { GuestCare } from "./guest-care.ts";
import type { Guests } from "./guests.ts";
import type { LoanLog } from "./loan-log.ts";
import type { LoansOut } from "./loans-out.ts";
import { type OwnFigures, ownFigures } from "./own-figures.ts";
import type { PeerRecord, PeerTable } from "./peer-table.ts";
import type { Reclaims } from "./reclaims.ts";
import type { OfferWords, Wants } from "./wants.ts";

export interface LendingOptions extends LendingNodeOptions {
  readonly selfId: NodeId;
  readonly peers: readonly Endpoint[];
  readonly intervalMs: DurationMs;
  readonly graceMs: DurationMs;
  readonly workersMax: number;
}

export interface LendingTools {
  readonly outbox: MasterOutbox;
  readonly conversation: Conversation;
  readonly clock: WallClock;
  readonly conns: ConnNumbers;
  readonly farm: Farm;
  readonly backlog: Backlog;
  readonly attempts: Attempts;
  readonly arrivals: ArrivalRate;
  readonly serviceTime: ServiceTime;
  readonly prng: Prng;
  readonly isAlive: (address: string) => boolean;
  readonly loadState: () => string;
  readonly keep: (lease: LeaseRecord, whenKnown: (isDurable: boolean) => void) => void;
  readonly isStoreDown: () => boolean;
}

/** The machines of lending and what they share. */
export interface LendingState extends LendingTools {
  readonly options: LendingOptions;
  readonly peers: PeerTable;
  readonly exchanges: Exchanges;
  readonly log: LoanLog;
  readonly guests: Guests;
  readonly loans: LoansOut;
  readonly asks: Asks;
  readonly wants: Wants;
  readonly care: GuestCare;
  readonly reclaims: Reclaims;
  readonly moveCost: MoveCost;
  readonly requests: Map<PeerRecord, RequestRate>;
  /** Workers that have shown themselves here as ours. */
  readonly own: WeakSet<WorkerRecord>;
  listening: Endpoint | undefined;
  isDraining: boolean;
  /** When idle guests are looked at again. */
  idleAt: InstantMs | undefined;
  /** Own figures as of an event, counted once. */
  known: { readonly at: InstantMs; readonly figures: OwnFigures } | undefined;
}

/** How many requests a peer may still make. */
export interface RequestRate {
  left: number;
  at: InstantMs;
}

/** What a worker of ours says of its owner while it is with this peer. */
export function homeName({ options, listening }: LendingState, { address }: PeerRecord): string {
  const { homeNames, connectAt, selfId } = options;
  const home = connectAt ?? listening;
  const style = homeNames.byPeer.get(address) ?? homeNames.usual;
  if (style === "id" || home === undefined) return selfId;
  return style === "ip" ? home.host : `${home.host}:${home.port}`;
}

export function pace({ serviceTime, peers, moveCost }: LendingState): Pace {
  // With every event, and among many masters: what they say is only gone through while nothing was measured.
  const serviceMs = serviceTime.measuredMs ?? priorServiceMs(serviceTimesOf(peers));
  return { serviceMs, moveMs: moveCost.moveMs, latencyMs: moveCost.latencyMs };
}

const serviceTimesOf = ({ all }: PeerTable): readonly DurationMs[] =>
  all.flatMap(({ figures }) => (figures === undefined ? [] : [figures.serviceMs]));

export function figuresAt(state: LendingState, now: InstantMs): OwnFigures {
  if (state.known?.at === now) return state.known.figures;
  const { farm, backlog, guests, loans, asks, arrivals, reclaims } = state;
  const sources = {
    ...{ farm, backlog, guests, loans, asks },
    pace: () => pace(state),
    arrivalsPerMs: (at: InstantMs) => arrivals.perMs(at),
    reclaimedAt: () => reclaims.lastAt,
  };
  const figures = ownFigures(sources, now);
  state.known = { at: now, figures };
  return figures;
}

/** How long a task that comes now will wait, as far as can be told. */
export const ownWaitMs = (figures: OwnFigures) =>
  estimatedWaitMs({ backlog: figures.backlog, serviceMs: figures.serviceMs, slots: expectedSlots(figures) });

export function room({ options }: LendingState, figures: OwnFigures): number {
  return lendRoom(figures.homeWorkers, figures.lentWorkers, options);
}

export function peerFigures(state: LendingState, now: InstantMs): PeerFigures {
  const figures = figuresAt(state, now);
  const mayLend = state.options.lending === "on" && !state.isDraining;
  const at = state.options.connectAt ?? state.listening;
  const { spare, waitMs } = offerWords(state, figures);
  return {
    spare: mayLend ? spare : 0,
    waitMs,
    backlog: figures.backlog,
    workers: expectedSlots(figures),
    serviceMs: figures.serviceMs,
    state: state.loadState(),
    ...(at === undefined ? {} : { at }),
  };
}

export function refusalTerms(state: LendingState, code: LendRefusal, now: InstantMs): RefusalTerms {
  const figures = figuresAt(state, now);
  return {
    code,
    retryAfterMs: retryAfterMs(code, figures, state.options.intervalMs),
    isStanding: false,
    ...offerWords(state, figures),
  };
}

export function offerWords(state: LendingState, figures: OwnFigures): OfferWords {
  return {
    spare: spareWorkers(figures, Math.min(room(state, figures), figures.idle.length)),
    waitMs: durationMs(Math.min(ownWaitMs(figures), Number.MAX_SAFE_INTEGER)),
  };
}
