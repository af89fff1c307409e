import type { NodeId } from "@mutirao/primitives";
import { sense } from "../../calm.ts";
import type { MasterLife, MasterObservation } from "../../farm/world.ts";
import type { WorldMs } from "../../scheduler.ts";
import type { CreateLendingChecker } from "../world.ts";

/** A worker that was promised, and has not come since. */
interface Wait {
  readonly since: WorldMs;
  readonly limitMs: number;
}

/** What one process of a master was promised, and who has presented himself to it. */
interface Ledger {
  readonly waits: Map<NodeId, Wait>;
  /** The number of the lease that was promised last. */
  readonly promised: Map<NodeId, number>;
  /** The highest number of a lease that a worker has named here; 0: none. */
  readonly come: Map<NodeId, number>;
}

/**
 * AVAILABLE is a forecast. A worker that was promised and does not come is not waited for longer than such a move takes,
 * and until it has said ALIVE itself nobody shows it as a guest. It may be quicker than the line that promises it: one
 * that has come with that lease is waited for by nobody, and nobody says of it that it did not come.
 */
export const createPromisesChecker: CreateLendingChecker = (world, fail) => {
  const ledgers = new WeakMap<MasterLife, Ledger>();
  const of = (life: MasterLife): Ledger => {
    const known = ledgers.get(life) ?? { waits: new Map(), promised: new Map(), come: new Map() };
    ledgers.set(life, known);
    return known;
  };
  const isHere = (life: MasterLife, worker: NodeId, peer: string, epoch: number | undefined): boolean => {
    if (epoch !== undefined) return (of(life).come.get(worker) ?? 0) >= epoch;
    return [...world.loans.of(life).open.values()].some(
      (loan) => loan.direction === "in" && loan.worker === worker && loan.peer === peer && loan.state === "held",
    );
  };

  const notePromises = ({ life, event, at }: MasterObservation, peer: string, workers: readonly NodeId[]): void => {
    const { waits, promised } = of(life);
    const isOurs = world.masters.some(({ plan }) => addressOf(plan.listensAt) === peer);
    for (const worker of workers) {
      const epoch = epochIn(event, worker);
      // One of ours that was asked in the class's words, before it was known as that, answers in them.
      const limitMs = isOurs && epoch !== undefined ? LIMIT_MS : FOREIGN_LIMIT_MS;
      if (epoch === undefined) promised.delete(worker);
      else promised.set(worker, epoch);
      if (!waits.has(worker) && !isHere(life, worker, peer, epoch)) waits.set(worker, { since: at, limitMs });
    }
  };

  const note = (observation: MasterObservation): void => {
    const { life, event, effects } = observation;
    const { waits, promised, come } = of(life);
    if (event.type === "message-received" && event.message.kind === "worker-alive") {
      const { worker, hello } = event.message;
      waits.delete(worker);
      come.set(worker, Math.max(come.get(worker) ?? 0, hello?.epoch ?? 0));
    }
    for (const effect of effects) {
      if (effect.type !== "notify") continue;
      const { notice } = effect;
      if (notice.kind === "borrow-answered") notePromises(observation, notice.peer, notice.workers);
      if (notice.kind !== "promise-broken") continue;
      const { worker } = notice;
      waits.delete(worker);
      if ((come.get(worker) ?? 0) >= (promised.get(worker) ?? Number.POSITIVE_INFINITY))
        fail(`${life.label} says that ${worker} did not come, and it has come with that lease`);
    }
  };

  return {
    master: note,
    scan({ life, at, now }) {
      const calmSince = world.calm.since(sense(life.number));
      for (const [worker, { since, limitMs }] of of(life).waits) {
        if (calmSince === undefined) break;
        const tookMs = (at - Math.max(since, calmSince)) * life.clock.rate;
        if (tookMs > limitMs) fail(`${life.label} still waits for ${worker}, promised ${Math.round(tookMs)} ms ago`);
      }
      for (const { id, isBorrowed } of life.core.workers(now)) {
        if (isBorrowed && !of(life).come.has(plainId(id)))
          fail(`${life.label} shows ${id} as a guest, and it has never been here`);
      }
    },
  };
};

/** The number of the lease that the offer at hand gives the worker; `undefined`: the lender is of another team. */
const epochIn = (event: MasterObservation["event"], worker: NodeId): number | undefined =>
  event.type === "message-received" && event.message.kind === "offer"
    ? event.message.terms?.leases.find((lease) => lease.worker === worker)?.epoch
    : undefined;

const addressOf = ({ host, port }: { readonly host: string; readonly port: number }): string => `${host}:${port}`;

/** Two with one id are told apart by what follows a sign. */
const plainId = (id: string): NodeId => id.replace(/(#\d+| \(.*\))$/, "") as NodeId;

/** Between ours a move takes milliseconds: 2 s, and the wake-up. */
const LIMIT_MS = 2_000 + 1_000;
/** Workers of other teams ask at their own pace. */
const FOREIGN_LIMIT_MS = 30_000 + 1_000;
