import { durationMs, elapsed, type InstantMs } from "@mutirao/primitives";
import type { LeaseRef, PeerFigures, PeerWords } from "@mutirao/protocol";
import type { Farm } from "../farm.ts";
import type { MasterOutbox } from "../outbox.ts";
import type { PeerTalk } from "../peer-talk.ts";
import type { Guests } from "./guests.ts";
import { epochsOf } from "./lease-epochs.ts";
import { fittingBeat } from "./list-limits.ts";
import type { LoansOut } from "./loans-out.ts";
import { type PeerRecord, type PeerTable, unmappedHost } from "./peer-table.ts";

export interface LendingTalkTools {
  readonly peers: PeerTable;
  readonly guests: Guests;
  readonly loans: LoansOut;
  readonly farm: Farm;
  readonly outbox: MasterOutbox;
  readonly figures: (now: InstantMs) => PeerFigures;
}

/** Says with every beat how we fare and whose workers we have, which renews their leases; and hears the same of others. */
export function createLendingTalk({ peers, guests, loans, farm, outbox, figures }: LendingTalkTools): PeerTalk {
  let from = 0;
  const namedOf = (peer: PeerRecord): readonly LeaseRef[] => {
    const named: LeaseRef[] = [];
    for (const { peer: owner, worker, epoch, phase } of guests.all.values()) {
      if (owner === peer && epoch !== undefined && phase !== "leaving") named.push({ worker: worker.id, epoch });
    }
    if (fittingBeat(named).length === named.length) return named;
    const told = fittingBeat([...named.slice(from), ...named.slice(0, from)]);
    // The others are named in the next.
    from = (from + told.length) % named.length;
    return told;
  };

  return {
    wordsTo(address, now) {
      const peer = peers.at(address);
      // Whoever has not shown that it knows EXT is only shown that we do.
      if (peer === undefined || !peer.isOurs) return SHOWN;
      const named = namedOf(peer);
      return named.length === 0 ? { figures: figures(now) } : { figures: figures(now), guests: named };
    },
    onReply(address, remote, reply, now) {
      const peer = peers.at(address);
      if (peer === undefined) return;
      peer.id = reply.from;
      peer.isUnnamed = reply.from === undefined;
      peer.host = unmappedHost(remote);
      if (reply.dialect === "class") peer.isOurs = reply.peer !== undefined;
      hear(peer, reply.peer, now);
      if (peer.isOurs) renew(guests, peer, reply.peer?.wanted ?? [], now);
    },
    wordsFor(remote, request, now) {
      const peer = peers.senderOf(request.from, remote);
      if (request.peer === undefined) return undefined;
      if (peer === undefined) {
        const workers = request.peer.guests?.map(({ worker }) => worker) ?? [];
        if (workers.length > 0) outbox.notify({ kind: "order-refused", word: "heartbeat-request", remote, workers });
        // It may be one of ours that we have not met yet, and is told no more than that we understand it.
        return SHOWN;
      }
      peer.isOurs = true;
      hear(peer, request.peer, now);
      const wanted = fittingBeat(loans.onGuests(peer, request.peer.guests ?? [], now));
      return wanted.length === 0 ? { figures: figures(now) } : { figures: figures(now), wanted };
    },
    leaseFor(conn, now) {
      const worker = farm.on(conn);
      const guest = worker === undefined ? undefined : guests.of(worker);
      return guest === undefined ? undefined : leaseLeftMs(guest, now);
    },
  };
}

const SHOWN: PeerWords = {};

/** How long the guest may still stay. Never 0: it is told in time by RETURN, or finds out by itself. */
export const leaseLeftMs = ({ leaseEndsAt }: { readonly leaseEndsAt: InstantMs }, now: InstantMs) =>
  durationMs(Math.max(1, elapsed(now, leaseEndsAt)));

function hear(peer: PeerRecord, words: PeerWords | undefined, now: InstantMs): void {
  if (words?.figures === undefined) return;
  peer.figures = words.figures;
  peer.figuresAt = now;
}

function renew(guests: Guests, peer: PeerRecord, wanted: readonly LeaseRef[], now: InstantMs): void {
  const epochs = epochsOf(wanted);
  for (const guest of guests.all.values()) {
    if (guest.peer !== peer) continue;
    if (guest.epoch !== undefined && epochs.get(guest.worker.id) === guest.epoch) guest.isWanted = true;
    else guests.renew(guest, now);
  }
}
