import {
  after,
  createDeadlineQueue,
  type DurationMs,
  durationMs,
  type Endpoint,
  earlierOf,
  elapsed,
  type InstantMs,
  type NodeId,
  type Prng,
} from "@mutirao/primitives";
import type { Message, Offer, WorkerRefusal, WorkerRequest } from "@mutirao/protocol";
import { spokenMs } from "../../journal/words.ts";
import {
  type AskWaves,
  firstAskWaves,
  nextWaveAt,
  standingAskExpired,
  startWave,
  waveBrought,
} from "../../policies/lending/ask-waves.ts";
import type { Ask as Choice } from "../../policies/lending/choose-lenders.ts";
import { classCoolDownMs, classLendingTimes, classNeeded } from "../../policies/lending/class-lending.ts";
import { expectedSlots, type LendingFigures } from "../../policies/lending/figures.ts";
import { isSevere } from "../../policies/lending/fill.ts";
import { type Need, neededWorkers } from "../../policies/lending/needed-workers.ts";
import { lifeMs, type Pace, viewMs } from "../../policies/lending/parameters.ts";
import { planWave } from "../../policies/lending/plan-wave.ts";
import type { MoveCost } from "../move-cost.ts";
import type { MasterOutbox } from "../outbox.ts";
import { nameOf } from "./conversation.ts";
import type { Exchange, Exchanges } from "./exchanges.ts";
import { epochsOf } from "./lease-epochs.ts";
import type { PeerRecord, PeerTable } from "./peer-table.ts";

/** What this master asks of its peers, and what they promised. A promise is a forecast: only the worker's ALIVE counts. */
export interface Asks {
  /** Workers in asks without an answer yet. */
  readonly asked: number;
  /** Workers that were promised and are not here yet. */
  readonly promises: number;
  /** The slots that they are likely to have. */
  readonly incoming: number;
  /** Who promised this worker. */
  promiserOf(worker: NodeId): PeerRecord | undefined;
  /** This peer was asked, and has not said all that it has to say. */
  isAsking(peer: PeerRecord): boolean;
  /** It has come. */
  arrived(worker: NodeId, now: InstantMs): void;
  /** Asks, if the figures say so. */
  evaluate(figures: () => LendingFigures, borrowRoom: number, now: InstantMs): void;
  /** Asks one peer, whatever the figures say. False: it cannot be asked now. */
  askByHand(peer: PeerRecord, workers: number, figures: LendingFigures, now: InstantMs): boolean;
  /** Nothing waits any more: what still stands at lenders is taken back. */
  withdraw(): void;
  wake(now: InstantMs): void;
  nextDeadline(): InstantMs | undefined;
}

export interface AsksOptions {
  readonly selfId: NodeId;
  readonly intervalMs: DurationMs;
  /** Only decide, and tell; nothing is sent. */
  readonly isObserving: boolean;
}

export interface AsksTools {
  readonly outbox: MasterOutbox;
  readonly peers: PeerTable;
  readonly exchanges: Exchanges;
  readonly prng: Prng;
  readonly moveCost: MoveCost;
  readonly pace: () => Pace;
  readonly isAlive: (peer: PeerRecord) => boolean;
  /** The worker has come already, or has even left again: it was quicker than the line that promises it. */
  readonly hasCome: (worker: NodeId, peer: PeerRecord, epoch: number | undefined, now: InstantMs) => boolean;
  /** Those that have workers of ours: two masters never lend to each other at the same time. */
  readonly borrowers: () => ReadonlySet<PeerRecord>;
  /** Where borrowed workers are to connect; `undefined` until this node listens. */
  readonly meetingPoint: () => Endpoint | undefined;
}

interface Ask {
  readonly id: string;
  readonly peer: PeerRecord;
  readonly workers: number;
  /** What a promised worker is likely to have. */
  readonly slotsEach: number;
  readonly sentAt: InstantMs;
  /** How long it may stand at the lender. */
  readonly lifeMs: DurationMs;
  exchange: Exchange | undefined;
  granted: number;
  isAnswered: boolean;
  isStanding: boolean;
}

interface Promised {
  readonly worker: NodeId;
  readonly peer: PeerRecord;
  readonly slots: number;
  readonly at: InstantMs;
}

/** Between two of ours an answer takes a round trip; one that is missing for so long does not come. */
const ANSWER_MS = durationMs(2_000);
/** Class nodes have five seconds for an exchange. */
const CLASS_ANSWER_MS = durationMs(5_000);
/** A promised worker of ours moves in milliseconds; its tries to reach us are over after this. */
const ARRIVAL_MS = durationMs(2_000);
/** What was promised is remembered up to this number. */
const PROMISES_MAX = 10_000;

interface State extends AsksTools {
  readonly options: AsksOptions;
  readonly open: Map<PeerRecord, Ask>;
  readonly promised: Map<NodeId, Promised>;
  readonly promises: ReturnType<typeof createDeadlineQueue<Promised>>;
  waves: AskWaves;
  asked: number;
  incoming: number;
  asks: number;
  retryAt: InstantMs | undefined;
  /** Why the last evaluation asked, or did not. */
  lastReason: Need["reason"] | undefined;
}

export function createAsks(options: AsksOptions, tools: AsksTools): Asks {
  const state: State = {
    ...tools,
    options,
    open: new Map(),
    promised: new Map(),
    promises: createDeadlineQueue(),
    waves: firstAskWaves,
    asked: 0,
    incoming: 0,
    asks: 0,
    retryAt: undefined,
    lastReason: undefined,
  };
  return {
    get asked() {
      return state.asked;
    },
    get promises() {
      return state.promised.size;
    },
    get incoming() {
      return state.incoming;
    },
    promiserOf: (worker) => state.promised.get(worker)?.peer,
    isAsking: (peer) => state.open.has(peer),
    arrived(worker, now) {
      const promise = state.promised.get(worker);
      if (promise === undefined) return;
      if (promise.peer.isOurs) state.moveCost.onMoved(elapsed(promise.at, now));
      forgetPromise(state, promise);
    },
    evaluate: (figures, borrowRoom, now) => evaluate(state, figures, borrowRoom, now),
    askByHand: (peer, workers, figures, now) => ask(state, { lender: peer, workers }, figures, undefined, now),
    withdraw: () => withdraw(state),
    wake(now) {
      for (let one = state.promises.takeDue(now); one !== undefined; one = state.promises.takeDue(now)) {
        forgetPromise(state, one);
        state.outbox.notify({ kind: "promise-broken", worker: one.worker, peer: one.peer.address });
      }
      if (state.retryAt !== undefined && state.retryAt <= now) state.retryAt = undefined;
    },
    nextDeadline: () => earlierOf(state.promises.nextDeadline(), state.retryAt),
  };
}

function withdraw(state: State): void {
  if (state.open.size === 0) return;
  state.retryAt = undefined;
  for (const [peer, { isStanding, exchange }] of state.open) {
    if (!isStanding) continue;
    if (exchange !== undefined) state.exchanges.end(exchange);
    state.open.delete(peer);
  }
}

function forgetPromise(state: State, promise: Promised): void {
  state.promised.delete(promise.worker);
  state.promises.cancel(promise);
  state.incoming -= promise.slots;
}

function evaluate(state: State, count: () => LendingFigures, borrowRoom: number, now: InstantMs): void {
  // What is cheap to know comes first: this is looked at with every event while tasks wait.
  const waveAt = nextWaveAt(state.waves, state.pace());
  if (waveAt !== undefined && waveAt > now) {
    state.retryAt = waveAt;
    return;
  }
  if (!state.peers.all.some(state.isAlive)) return;
  const figures = count();
  const need = neededWorkers(figures, borrowRoom);
  tellNeed(state, need, figures);
  if (need.workers < 1) {
    // What still stands at lenders would come for nothing.
    if (need.reason === "wait-below-trigger" && state.asked === 0 && state.promised.size === 0) withdraw(state);
    return;
  }
  state.waves = startWave(state.waves, figures, now);
  // What comes of this one is looked at again when the next may go out, if no event says so before.
  state.retryAt = nextWaveAt(state.waves, figures);
  let left = need.workers;
  for (const choice of wave(state, left, now)) {
    if (left < 1) break;
    if (ask(state, choice, figures, need, now)) left -= choice.workers;
  }
}

/** Only what is new is told: what a master needs is looked at with every event. */
function tellNeed(state: State, need: Need, figures: LendingFigures): void {
  const { workers, reason, waitMs, triggerMs } = need;
  if (state.lastReason === reason) return;
  state.lastReason = reason;
  const { backlog, serviceMs } = figures;
  state.outbox.notify({
    kind: "borrow-weighed",
    reason,
    workers,
    waitMs,
    triggerMs,
    backlog,
    serviceMs,
    slots: expectedSlots(figures),
  });
}

/** Whom this wave asks: those of ours by the policy, then those of other teams. */
function wave(state: State, need: number, now: InstantMs): readonly Choice<PeerRecord>[] {
  const { peers, open, options, waves, prng } = state;
  const borrowers = state.borrowers();
  const alive = peers.all.filter((peer) => state.isAlive(peer) && !borrowers.has(peer) && peer.notBefore <= now);
  const viewed = viewMs(options.intervalMs);
  const ours = alive.flatMap((lender) => {
    if (!lender.isOurs) return [];
    const { figures, figuresAt } = lender;
    const isFresh = figuresAt !== undefined && elapsed(figuresAt, now) <= viewed;
    const asked = open.get(lender);
    const spare = isFresh ? (figures?.spare ?? 0) : 0;
    return [{ lender, spare, isAsked: asked?.isAnswered === false, isStanding: asked?.isStanding === true }];
  });
  const chosen = planWave(ours, need, { waves, usualSpare: usualSpare(alive) }, prng);
  const left = chosen.reduce((sum, { workers }) => sum - workers, need);
  const foreign = left < 1 ? [] : alive.filter((peer) => !peer.isOurs && !open.has(peer));
  return [...chosen, ...foreign.map((lender) => ({ lender, workers: classNeeded(left) }))];
}

/** What those could spare who have said so, on average. */
function usualSpare(alive: readonly PeerRecord[]): number {
  const said = alive.flatMap(({ figures }) => (figures === undefined ? [] : [figures.spare]));
  return said.length === 0 ? 0 : said.reduce((sum, spare) => sum + spare, 0) / said.length;
}

function ask(
  state: State,
  { lender: peer, workers }: Choice<PeerRecord>,
  figures: LendingFigures,
  need: Need | undefined,
  now: InstantMs,
): boolean {
  const { exchanges, options, outbox } = state;
  const at = state.meetingPoint();
  const former = state.open.get(peer);
  if (at === undefined || former?.isAnswered === false) return false;
  outbox.notify({
    kind: "borrow-asked",
    peer: peer.address,
    workers,
    waitMs: need?.waitMs,
    triggerMs: need?.triggerMs,
    ...(options.isObserving ? { isObserved: true } : {}),
  });
  if (options.isObserving) return true;
  const id = `${options.selfId}/${++state.asks}`;
  const mine: Ask = {
    id,
    peer,
    workers,
    slotsEach: Math.round(figures.slotsPerWorker),
    sentAt: now,
    lifeMs: lifeMs(figures),
    exchange: undefined,
    granted: 0,
    isAnswered: false,
    isStanding: false,
  };
  const lengthMs = peer.isOurs ? durationMs(ANSWER_MS + mine.lifeMs) : CLASS_ANSWER_MS;
  mine.exchange = exchanges.open(
    {
      to: peer.endpoint,
      name: nameOf(peer),
      message: requestOf(state, mine, at, figures),
      why: need === undefined ? "an operator asked for it" : whyOf(need),
      forMs: lengthMs,
      onMessage: (message, later) => answered(state, mine, message, later),
      onEnd: (later) => ended(state, mine, later),
    },
    now,
  );
  if (mine.exchange === undefined) return false;
  // A new ask takes the place of one that stands there.
  if (former?.exchange !== undefined) exchanges.end(former.exchange);
  state.open.set(peer, mine);
  state.asked += workers;
  // Whoever was asked has so much less for the next wave, until it says anew.
  if (peer.figures !== undefined) peer.figures = { ...peer.figures, spare: Math.max(0, peer.figures.spare - workers) };
  if (!peer.isOurs) peer.notBefore = after(now, classCoolDownMs(state.prng));
  return true;
}

const whyOf = ({ waitMs, triggerMs }: Need): string =>
  `the wait of ${spokenMs(waitMs)} is above ${spokenMs(triggerMs)}`;

function requestOf(
  { options }: State,
  { id, peer, workers, lifeMs: forMs }: Ask,
  at: Endpoint,
  figures: LendingFigures,
): WorkerRequest {
  const plain = { kind: "worker-request", dialect: "class", from: options.selfId, at, needed: workers } as const;
  if (!peer.isOurs) return plain;
  const { backlog, serviceMs, moveMs } = figures;
  const slots = expectedSlots(figures);
  const severe = isSevere({ backlog, serviceMs, slots }, moveMs);
  return {
    ...plain,
    terms: { ask: id, backlog, serviceMs, workers: slots, lifeMs: forMs, isSevere: severe },
  };
}

function answered(state: State, ask: Ask, message: Message, now: InstantMs): "more" | "done" {
  if (message.kind !== "offer" && message.kind !== "worker-refusal") return "more";
  const isFirst = !ask.isAnswered;
  if (isFirst) {
    ask.isAnswered = true;
    state.asked -= ask.workers;
    if (ask.peer.isOurs) state.moveCost.onAnswered(elapsed(ask.sentAt, now));
  }
  ask.isStanding = message.terms?.isStanding === true;
  noteFigures(ask.peer, message);
  if (message.kind === "offer") promise(state, ask, message, now);
  else refused(state, ask, message, now);
  const isMore = ask.isStanding && ask.granted < ask.workers;
  if (!isMore) state.open.delete(ask.peer);
  // The lender has had it for as long as the answer took to come, at least: so long after that, it holds it no more.
  else if (isFirst && ask.exchange !== undefined) state.exchanges.expectWithin(ask.exchange, ask.lifeMs, now);
  return isMore ? "more" : "done";
}

function noteFigures(peer: PeerRecord, { terms }: Offer | WorkerRefusal): void {
  if (terms === undefined || peer.figures === undefined) return;
  peer.figures = { ...peer.figures, spare: terms.spare, waitMs: terms.waitMs };
}

function promise(state: State, ask: Ask, { workers, terms }: Offer, now: InstantMs): void {
  const { peer } = ask;
  const forMs = terms === undefined ? classLendingTimes.offerMs : ARRIVAL_MS;
  const epochs = epochsOf(terms?.leases);
  let brought = 0;
  for (const worker of workers.slice(0, ask.workers - ask.granted)) {
    if (state.promised.has(worker) || state.promised.size >= PROMISES_MAX) continue;
    brought++;
    if (state.hasCome(worker, peer, epochs.get(worker), now)) continue;
    const one: Promised = { worker, peer, slots: ask.slotsEach, at: now };
    state.promised.set(worker, one);
    state.promises.schedule(one, after(now, forMs));
    state.incoming += one.slots;
  }
  ask.granted += workers.length;
  if (brought > 0) state.waves = waveBrought(state.waves);
  state.outbox.notify({ kind: "borrow-answered", peer: peer.address, asked: ask.workers, workers, code: undefined });
}

function refused(state: State, ask: Ask, { terms }: WorkerRefusal, now: InstantMs): void {
  const { peer } = ask;
  if (terms !== undefined && !ask.isStanding) peer.notBefore = after(now, terms.retryAfterMs);
  state.outbox.notify({
    kind: "borrow-answered",
    peer: peer.address,
    asked: ask.workers,
    workers: [],
    code: terms?.code ?? "UNAVAILABLE",
  });
}

function ended(state: State, ask: Ask, now: InstantMs): void {
  if (state.open.get(ask.peer) === ask) state.open.delete(ask.peer);
  if (!ask.isAnswered) {
    state.asked -= ask.workers;
    state.outbox.notify({ kind: "borrow-unanswered", peer: ask.peer.address, asked: ask.workers });
  } else if (ask.isStanding && ask.granted === 0) {
    state.waves = standingAskExpired(state.waves, now);
  }
}
