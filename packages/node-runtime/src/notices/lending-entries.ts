import { formatEndpoint } from "@mutirao/primitives";
import { printable } from "@mutirao/protocol";
import type { Entries } from "./entry.ts";

const needs = {
  "wait-above-trigger": "more workers are worth asking for",
  "wait-below-trigger": "tasks wait, but not long enough to ask for workers",
  "own-workers-away": "our own lent workers are called back before any are asked for",
  "too-little-work": "a worker more would find too little to do",
  "asked-already": "enough workers are asked for already",
  limit: "no more workers may be borrowed (--borrow-max)",
} as const;

const rounded = (ms: number | undefined): number | undefined => (ms === undefined ? undefined : Math.round(ms));

/** What a master tells of lending and borrowing. */
export const lendingEntries: Entries<
  | "loan-changed"
  | "borrow-weighed"
  | "borrow-asked"
  | "borrow-answered"
  | "borrow-unanswered"
  | "promise-broken"
  | "lend-asked"
  | "reclaim-ordered"
  | "guest-refused"
  | "guest-unreturnable"
  | "order-refused"
  | "line-exchanged"
> = {
  "loan-changed"({ loan, direction, worker, peer, from, to, reason }) {
    const id = printable(worker);
    const whose = direction === "out" ? `worker ${id}, lent to ${peer}` : `worker ${id}, borrowed from ${peer}`;
    const text = `${whose}: ${from === undefined ? to : `${from} -> ${to}`} (${reason})`;
    const level =
      to === "lost" ? "warn" : to === "lent" || to === "held" || to === "home" || to === "left" ? "info" : "debug";
    return {
      level,
      text,
      source: id,
      fields: { loan: printable(loan), direction, worker: id, peer, from, to, reason },
    };
  },
  "borrow-weighed"({ reason, workers, waitMs, triggerMs, backlog, serviceMs, slots }) {
    const figures = { waitMs: rounded(waitMs), triggerMs: rounded(triggerMs), serviceMs: rounded(serviceMs) };
    return {
      level: "debug",
      text: needs[reason],
      source: reason,
      fields: { reason, workers, backlog, slots, ...figures },
    };
  },
  "borrow-asked"({ peer, workers, waitMs, triggerMs, isObserved = false }) {
    const asked = isObserved ? "would be asked" : "is asked";
    const text = `${peer} ${asked} for ${workers} ${workers === 1 ? "worker" : "workers"}`;
    const figures = { waitMs: rounded(waitMs), triggerMs: rounded(triggerMs) };
    return {
      level: "debug",
      text,
      source: peer,
      fields: { peer, workers, ...figures, ...(isObserved ? { isObserved } : {}) },
    };
  },
  "borrow-answered"({ peer, asked, workers, code }) {
    const ids = workers.map((worker) => printable(worker));
    const text =
      code === undefined ? `${peer} promises ${ids.join(", ")}` : `${peer} lends nobody [${printable(code)}]`;
    return { level: "debug", text, source: peer, fields: { peer, asked, workers: ids, code } };
  },
  "borrow-unanswered"({ peer, asked }) {
    return {
      level: "info",
      text: `${peer} was asked for workers and did not answer`,
      source: peer,
      fields: { peer, asked },
    };
  },
  "promise-broken"({ worker, peer }) {
    const id = printable(worker);
    return {
      level: "info",
      text: `worker ${id}, promised by ${peer}, has not come`,
      source: peer,
      fields: { worker: id, peer },
    };
  },
  "lend-asked"({ peer, remote, needed, code, ifOn, backlog }) {
    const who = peer ?? formatEndpoint(remote);
    const text = `${who} asks for ${needed} ${needed === 1 ? "worker" : "workers"}${code === undefined ? "" : ` [${code}]`}`;
    return {
      level: peer === undefined ? "warn" : "debug",
      text,
      source: who,
      fields: { peer: who, needed, code, ...(ifOn === undefined ? {} : { ifOn }), backlog },
    };
  },
  "reclaim-ordered"({ peer, workers, why }) {
    const text = `${workers} of our workers are called back from ${peer}: ${why}`;
    return { level: "info", text, source: peer, fields: { peer, workers, why } };
  },
  "guest-refused"({ worker, owner, remote, why }) {
    const [id, whose, from] = [printable(worker), printable(owner), formatEndpoint(remote)];
    const text = `worker ${id} from ${from} says that ${whose} has lent it, and is sent home: ${why}`;
    return { level: "warn", text, source: remote.host, fields: { worker: id, owner: whose, from, why } };
  },
  "guest-unreturnable"({ worker, peer, returns }) {
    const id = printable(worker);
    const text = `worker ${id} of ${peer} was told ${returns} times to go home, and is still here`;
    return { level: "warn", text, source: id, fields: { worker: id, peer, returns } };
  },
  "order-refused"({ word, remote, workers }) {
    const [from, ids] = [formatEndpoint(remote), workers.map((worker) => printable(worker))];
    const text = `${word} from ${from} is refused: those workers are not its own, nor its guests`;
    return { level: "warn", text, source: remote.host, fields: { word, from, workers: ids } };
  },
  "line-exchanged"({ exchange: { direction, peer, word, line = "", bytes } }) {
    const [who, said] = [printable(peer), printable(line, 512)];
    const text = `${direction === "sent" ? `to ${who}` : `from ${who}`}: ${said}`;
    return { level: "debug", text, source: who, fields: { direction, peer: who, word, bytes } };
  },
};
