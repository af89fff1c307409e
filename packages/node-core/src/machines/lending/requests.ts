import { type ConnId, durationMs, type Endpoint, formatEndpoint, type InstantMs } from "@mutirao/primitives";
import type { WorkerRequest } from "@mutirao/protocol";
import { type LendQuestion, type LendRefusal, whyNotLend } from "../../policies/lending/lend-refusal.ts";
import { spareSlots } from "../../policies/lending/spare.ts";
import { nameOf } from "./conversation.ts";
import { figuresAt, type LendingState, offerWords, refusalTerms, room } from "./lending-state.ts";
import type { OwnFigures } from "./own-figures.ts";
import { type PeerRecord, unmappedHost } from "./peer-table.ts";
import { isBarredPeer, promiseTo } from "./promise-to.ts";
import type { OfferWords } from "./wants.ts";

/** Somebody asks for workers of ours. */
export function onRequest(
  state: LendingState,
  conn: ConnId,
  remote: Endpoint,
  request: WorkerRequest,
  now: InstantMs,
): void {
  const peer = state.peers.senderOf(request.from, remote, request.at);
  const question = questionAbout(state, peer, remote, request, now);
  const figures = figuresAt(state, now);
  const code = whyNotLend(figures, question);
  const isFinal = code !== undefined && !PASSING.has(code);
  state.outbox.notify({
    kind: "lend-asked",
    peer: peer?.address,
    remote,
    needed: request.needed,
    code,
    ...(state.options.lending === "observe" && code === "LEND_OFF" ? { ifOn: ifOn(figures, question) } : {}),
    backlog: request.terms?.backlog,
    own: ownWords(state, figures),
  });
  if (peer === undefined || isFinal) {
    const who = peer === undefined ? formatEndpoint(remote) : nameOf(peer);
    const terms = refusalTerms(state, code ?? "LEND_UNKNOWN_PEER", now);
    // How we fare is nothing to strangers.
    state.wants.refuse(conn, who, request, peer === undefined ? { ...terms, ...UNSAID } : terms);
    return;
  }
  if (request.terms !== undefined) peer.isOurs = true;
  state.wants.add(conn, peer, request, now);
  // Whoever asks needs them more than we do.
  state.care.releaseIdle("another master needs workers", now);
}

function ownWords({ options }: LendingState, figures: OwnFigures) {
  const { backlog, idle, homeWorkers: home, lentWorkers: lent } = figures;
  return { backlog, idle: idle.length, home, lent, lendMax: options.lendMax, lendReserve: options.lendReserve };
}

const UNSAID: OfferWords = { spare: 0, waitMs: durationMs(0) };

/** Refusals that may be over in a moment: the ask of one of ours stands meanwhile. */
const PASSING: ReadonlySet<LendRefusal> = new Set<LendRefusal>([
  "LEND_SATURATED",
  "LEND_NONE_IDLE",
  "LEND_RESERVE",
  "LEND_LIMIT",
  "LEND_BORROWING",
]);

const ifOn = (figures: OwnFigures, question: LendQuestion): LendRefusal | "some" =>
  whyNotLend(figures, { ...question, isLendingOn: true }) ?? "some";

function questionAbout(
  state: LendingState,
  peer: PeerRecord | undefined,
  remote: Endpoint,
  request: WorkerRequest,
  now: InstantMs,
): LendQuestion {
  return {
    ...questionOf(state, figuresAt(state, now)),
    isKnownAlive: peer !== undefined && state.isAlive(peer.address),
    isAddressGood: peer !== undefined && isOwnAddress(peer, remote, request.at),
    isTooOften: peer !== undefined && !mayRequest(state, peer, now),
    isAllowed: peer === undefined || !isBarredPeer(state, peer),
    isSevere: request.terms?.isSevere === true,
  };
}

function questionOf(state: LendingState, { lentWorkers, homeWorkers, idle }: OwnFigures): LendQuestion {
  const { lending, lendMax, lendReserve } = state.options;
  return {
    isKnownAlive: true,
    isAddressGood: true,
    isTooOften: false,
    isLendingOn: lending === "on",
    isAllowed: true,
    isDraining: state.isDraining,
    isStoreDown: state.isStoreDown(),
    isSevere: false,
    lentWorkers,
    lendMax,
    homeWorkers,
    lendReserve,
    idleWorkers: idle.length,
  };
}

/** Workers are only sent to whoever asks: to where the line came from, or where the peer is known to listen. */
function isOwnAddress({ endpoint, figures, host }: PeerRecord, remote: Endpoint, at: Endpoint): boolean {
  const told = unmappedHost(at);
  return told === unmappedHost(remote) || told === endpoint.host || told === host || told === figures?.at?.host;
}

/** So many requests a second from one peer, and so many at once: a wave of asks goes out every few milliseconds at most. */
const REQUESTS_PER_MS = 0.2;
const REQUESTS_BURST = 100;

function mayRequest({ requests }: LendingState, peer: PeerRecord, now: InstantMs): boolean {
  const rate = requests.get(peer) ?? { left: REQUESTS_BURST, at: now };
  rate.left = Math.min(REQUESTS_BURST, rate.left + REQUESTS_PER_MS * (now - rate.at));
  rate.at = now;
  requests.set(peer, rate);
  if (rate.left < 1) return false;
  rate.left--;
  return true;
}

/** Gives idle workers to those who ask. */
export function serveWants(state: LendingState, now: InstantMs): void {
  const { wants } = state;
  const figures = figuresAt(state, now);
  const question = questionOf(state, figures);
  if (figures.idle.length === 0 || whyNotLend(figures, { ...question, isSevere: true }) !== undefined) return;
  const gifts = wants.serve({
    idle: figures.idle.map((worker) => ({ worker, slots: worker.slots })),
    spare: spareSlots(figures, { isSevere: false }),
    spareIfSevere: spareSlots(figures, { isSevere: true }),
    room: room(state, figures),
    moveMs: figures.moveMs,
  });
  for (const { want, worker } of gifts) wants.grant(want, promiseTo(state, worker, want.peer, want.to, now));
  state.known = undefined;
}

/** Says to those who asked what they get, as far as it is known. */
export function answerWants(state: LendingState, now: InstantMs): void {
  state.wants.answer(
    () => offerWords(state, figuresAt(state, now)),
    (want) => {
      const figures = figuresAt(state, now);
      const question = { ...questionOf(state, figures), isSevere: want.request.terms?.isSevere === true };
      return refusalTerms(state, whyNotLend(figures, question) ?? "LEND_RESERVE", now);
    },
  );
}
