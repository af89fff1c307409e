import { durationMs, type InstantMs, type NodeId } from "@mutirao/primitives";
import type { Answer, Refusal } from "../../master-effects.ts";
import type { Borrow, Lend, Reclaim } from "../../master-events.ts";
import type { WorkerRecord } from "../worker-record.ts";
import { figuresAt, type LendingState, room } from "./lending-state.ts";
import type { LoanOut } from "./loan-out.ts";
import type { PeerRecord } from "./peer-table.ts";
import { isBarredPeer, promiseTo } from "./promise-to.ts";

/**
 * What an operator orders instead of waiting for the policy to come to it. The operator's own limits hold all the same,
 * and so does whatever keeps a worker from belonging to two masters: only *when* and *whom* are overridden.
 */
export function borrowByHand(state: LendingState, { peer: name, workers }: Borrow, now: InstantMs): Answer {
  const { asks, guests, options } = state;
  const code = whyNothingMoves(state);
  if (code !== undefined) return refused(code);
  const roomLeft = options.borrowMax - guests.all.size - asks.asked - asks.promises;
  if (roomLeft < 1) return refused("ERR_BORROW_LIMIT");
  const lenders =
    name === undefined ? likelyLenders(state) : [peerCalled(state, name)].filter((peer) => peer !== undefined);
  if (name !== undefined && lenders.length === 0) return refused("ERR_PEER_UNKNOWN");
  const alive = lenders.filter((peer) => state.isAlive(peer.address));
  if (alive.length === 0) return refused("ERR_PEER_NOT_ALIVE");
  const asked = askInTurn(state, alive, Math.min(workers, roomLeft), now);
  return asked.length === 0 ? refused("ERR_ASK_OPEN") : { kind: "borrowing", asks: asked };
}

/** Those that said that they can spare most come first; who has not said comes last, and may be asked for the rest. */
const likelyLenders = ({ peers }: LendingState): readonly PeerRecord[] =>
  peers.all.filter((peer) => peers.firstOf(peer) === peer).toSorted((a, b) => spareOf(b) - spareOf(a));

const spareOf = ({ figures }: PeerRecord): number => figures?.spare ?? 0;

/** Each for what it says that it has, and the first of the others for what is missing then: its refusal tells why. */
function askInTurn(state: LendingState, peers: readonly PeerRecord[], workers: number, now: InstantMs) {
  const asks: { readonly peer: string; readonly workers: number }[] = [];
  let left = workers;
  for (const [index, peer] of peers.entries()) {
    if (left < 1) break;
    const isLast = index === peers.length - 1 || spareOf(peer) < 1;
    const count = isLast ? left : Math.min(left, spareOf(peer));
    if (!state.asks.askByHand(peer, count, figuresAt(state, now), now)) continue;
    asks.push({ peer: peer.address, workers: count });
    left -= count;
  }
  state.known = undefined;
  return asks;
}

/** The workers go as if the peer had asked for them; whether it has a use for them is for it to say, and to send them home. */
export function lendByHand(state: LendingState, { peer: name, workers }: Lend, now: InstantMs): Answer {
  const peer = peerCalled(state, name);
  const code = whyNothingMoves(state) ?? whyNotThere(state, peer);
  if (code !== undefined) return refused(code);
  if (peer === undefined) return refused("ERR_PEER_UNKNOWN");
  if (state.isStoreDown()) return refused("ERR_STORE_DOWN");
  const figures = figuresAt(state, now);
  const chosen = typeof workers === "number" ? figures.idle.slice(0, workers) : named(figures.idle, workers);
  if (chosen === undefined) return refused("ERR_WORKER_NOT_IDLE");
  if (chosen.length === 0) return refused("ERR_NONE_IDLE");
  const most = room(state, figures);
  if (most < 1 || (typeof workers !== "number" && chosen.length > most)) return refused("ERR_LEND_LIMIT");
  const to = peer.figures?.at ?? peer.endpoint;
  const begun = chosen.slice(0, most).map((worker) => promiseTo(state, worker, peer, to, now));
  state.known = undefined;
  return { kind: "lending", loans: idsOf(state.log, begun) };
}

/** `undefined` if one of them cannot go. */
function named(idle: readonly WorkerRecord[], ids: readonly NodeId[]): readonly WorkerRecord[] | undefined {
  const byId = new Map(idle.map((worker) => [worker.id, worker]));
  const found = [...new Set(ids)].flatMap((id) => byId.get(id) ?? []);
  return found.length === new Set(ids).size ? found : undefined;
}

export function reclaimByHand(state: LendingState, { what }: Reclaim, now: InstantMs): Answer {
  const { loans, log, reclaims } = state;
  const open = [...loans.open.values()];
  if (what !== "all" && "loan" in what) {
    const isKnown = log.entries().some(({ id }) => id === what.loan);
    const back = reclaims.reclaimThese(
      open.filter((loan) => log.entryOf(loan)?.id === what.loan),
      BY_HAND,
      now,
    );
    return back.length > 0 ? reclaiming(state, back) : refused(isKnown ? "ERR_LOAN_NOT_OUT" : "ERR_LOAN_UNKNOWN");
  }
  const peer = what === "all" ? undefined : peerCalled(state, what.peer);
  if (what !== "all" && peer === undefined) return refused("ERR_PEER_UNKNOWN");
  return reclaiming(
    state,
    reclaims.reclaimThese(
      open.filter((loan) => what === "all" || loan.peer === peer),
      BY_HAND,
      now,
    ),
  );
}

const BY_HAND = { why: "an operator wants them back", weighed: undefined };

function reclaiming(state: LendingState, loans: readonly LoanOut[]): Answer {
  state.known = undefined;
  return { kind: "reclaiming", loans: idsOf(state.log, loans) };
}

const idsOf = ({ entryOf }: LendingState["log"], loans: readonly LoanOut[]): readonly string[] =>
  loans.flatMap((loan) => entryOf(loan)?.id ?? []);

function peerCalled({ peers }: LendingState, name: string): PeerRecord | undefined {
  const called = peers.at(name);
  return called === undefined ? peers.all.find(({ id }) => id === name) : peers.firstOf(called);
}

const whyNothingMoves = ({ isDraining, options }: LendingState): Refusal["code"] | undefined => {
  if (isDraining) return "ERR_MASTER_DRAINING";
  return options.lending === "on" ? undefined : "ERR_LENDING_OFF";
};

function whyNotThere(state: LendingState, peer: PeerRecord | undefined): Refusal["code"] | undefined {
  if (peer === undefined) return "ERR_PEER_UNKNOWN";
  if (isBarredPeer(state, peer)) return "ERR_PEER_BARRED";
  return state.isAlive(peer.address) ? undefined : "ERR_PEER_NOT_ALIVE";
}

/** After so long it may have changed what stood in the way. */
const RETRY_AFTER_MS = durationMs(5_000);

const PASSING: ReadonlySet<Refusal["code"]> = new Set<Refusal["code"]>([
  "ERR_PEER_NOT_ALIVE",
  "ERR_ASK_OPEN",
  "ERR_NONE_IDLE",
  "ERR_MASTER_DRAINING",
  "ERR_STORE_DOWN",
]);

const refused = (code: Refusal["code"]): Answer => ({
  kind: "refused",
  refusal: { code, retryAfterMs: PASSING.has(code) ? RETRY_AFTER_MS : undefined },
});
