import type { NodeId } from "@mutirao/primitives";
import { sense } from "../../calm.ts";
import type { MasterLife, MasterObservation } from "../../farm/world.ts";
import type { WorldMs } from "../../scheduler.ts";
import type { CreateLendingChecker } from "../world.ts";

/**
 * AVAILABLE is a forecast. A worker that was promised and does not come is not waited for longer than such a move takes,
 * and until it has said ALIVE itself nobody shows it as a guest.
 */
export const createPromisesChecker: CreateLendingChecker = (world, fail) => {
  const promised = new WeakMap<MasterLife, Map<NodeId, { readonly since: WorldMs; readonly limitMs: number }>>();
  const come = new WeakMap<MasterLife, Map<NodeId, number | undefined>>();
  const of = <T>(books: WeakMap<MasterLife, T>, life: MasterLife, make: () => T): T => {
    const known = books.get(life) ?? make();
    books.set(life, known);
    return known;
  };

  // A worker may be quicker than the line that promises it: then there is nothing to wait for.
  const hasCome = (life: MasterLife, worker: NodeId, lease: number | undefined): boolean => {
    const known = come.get(life);
    const epoch = known?.get(worker);
    return lease === undefined ? known?.has(worker) === true : epoch !== undefined && epoch >= lease;
  };

  const note = ({ life, event, effects, at }: MasterObservation): void => {
    const waited = of(promised, life, () => new Map());
    if (event.type === "message-received" && event.message.kind === "worker-alive") {
      const { worker, hello } = event.message;
      waited.delete(worker);
      of(come, life, () => new Map()).set(worker, hello?.epoch);
    }
    for (const effect of effects) {
      if (effect.type !== "notify") continue;
      const { notice } = effect;
      if (notice.kind === "promise-broken") waited.delete(notice.worker);
      if (notice.kind !== "borrow-answered") continue;
      const isOurs = world.masters.some(({ plan }) => addressOf(plan.listensAt) === notice.peer);
      const limitMs = isOurs ? LIMIT_MS : FOREIGN_LIMIT_MS;
      const leases = leasesOf(event);
      for (const worker of notice.workers) {
        if (waited.has(worker) || hasCome(life, worker, leases.get(worker))) continue;
        waited.set(worker, { since: at, limitMs });
      }
    }
  };

  return {
    master: note,
    scan({ life, at, now }) {
      const calmSince = world.calm.since(sense(life.number));
      for (const [worker, { since, limitMs }] of promised.get(life) ?? []) {
        if (calmSince === undefined) break;
        const tookMs = (at - Math.max(since, calmSince)) * life.clock.rate;
        if (tookMs > limitMs) fail(`${life.label} still waits for ${worker}, promised ${Math.round(tookMs)} ms ago`);
      }
      for (const { id, isBorrowed } of life.core.workers(now)) {
        if (isBorrowed && come.get(life)?.has(plainId(id)) !== true)
          fail(`${life.label} shows ${id} as a guest, and it has never been here`);
      }
    },
  };
};

const leasesOf = (event: MasterObservation["event"]): ReadonlyMap<NodeId, number> => {
  const offer = event.type === "message-received" && event.message.kind === "offer" ? event.message : undefined;
  return new Map(offer?.terms?.leases.map(({ worker, epoch }) => [worker, epoch]));
};

const addressOf = ({ host, port }: { readonly host: string; readonly port: number }): string => `${host}:${port}`;

/** Two with one id are told apart by what follows a sign. */
const plainId = (id: string): NodeId => id.replace(/(#\d+| \(.*\))$/, "") as NodeId;

/** Between ours a move takes milliseconds: 2 s, and the wake-up. */
const LIMIT_MS = 2_000 + 1_000;
/** Workers of other teams ask at their own pace. */
const FOREIGN_LIMIT_MS = 30_000 + 1_000;
