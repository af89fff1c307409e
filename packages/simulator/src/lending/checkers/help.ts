import { formatEndpoint } from "@mutirao/primitives";
import type { PeerFigures } from "@mutirao/protocol";
import { link, observer, sense, target } from "../../calm.ts";
import { diskOf } from "../../farm/disturbances.ts";
import type { MasterLife, MasterObservation } from "../../farm/world.ts";
import type { WorldMs } from "../../scheduler.ts";
import type { CreateLendingChecker } from "../world.ts";

/** How a master says, with its beats, that it has stood for a while. */
interface Stand {
  /** Since when it has tasks that wait for much longer than they take. */
  needsSince: WorldMs | undefined;
  /** Since when it could lend somebody. */
  sparesSince: WorldMs | undefined;
}

/**
 * A master whose tasks wait, next to one that could lend, is helped: both say so of themselves for a while, nothing stands
 * between them, and no worker comes. How it should have come about is nothing to this checker.
 */
export const createHelpChecker: CreateLendingChecker = (world, fail) => {
  const stands = new WeakMap<MasterLife, Stand>();

  const isOn = ({ slot: { plan } }: MasterLife): boolean =>
    plan.options.lending === "on" && plan.options.noLendTo.length === 0;

  /** It has as many as its operator lets it borrow. */
  const isFull = (life: MasterLife): boolean => {
    const guests = [...world.loans.of(life).open.values()].filter(({ direction }) => direction === "in");
    return guests.length >= life.slot.plan.options.borrowMax;
  };

  const note = (life: MasterLife, { waitMs, serviceMs, spare }: PeerFigures, at: WorldMs): void => {
    const stand = stands.get(life) ?? { needsSince: undefined, sparesSince: undefined };
    stands.set(life, stand);
    stand.needsSince = waitMs > NEED * serviceMs && waitMs > NEED_MIN_MS ? (stand.needsSince ?? at) : undefined;
    stand.sparesSince = spare > 0 ? (stand.sparesSince ?? at) : undefined;
  };

  const calmSince = (one: MasterLife, other: MasterLife): number => {
    const parties = [one, other].flatMap(({ number, slot }) => [
      ...[target, observer, sense].map((of) => of(number)),
      diskOf(slot.index),
    ]);
    const moments = [...parties, link(one.machine.index, other.machine.index)].map(
      (what) => world.calm.since(what) ?? Number.POSITIVE_INFINITY,
    );
    return Math.max(one.bornAt, other.bornAt, ...moments);
  };

  const knows = ({ slot }: MasterLife, { slot: { plan } }: MasterLife): boolean =>
    slot.plan.options.peers.some((peer) => formatEndpoint(peer) === formatEndpoint(plan.listensAt));

  const check = (life: MasterLife, at: WorldMs): void => {
    const stand = stands.get(life);
    if (stand !== undefined && isFull(life)) stand.needsSince = undefined;
    const needs = stand?.needsSince;
    if (needs === undefined || !isOn(life)) return;
    for (const { life: other } of world.masters) {
      const spares = other === undefined ? undefined : stands.get(other)?.sparesSince;
      if (other === undefined || spares === undefined || !isOn(other) || !knows(life, other) || !knows(other, life))
        continue;
      const { intervalMs, timeoutMs } = life.slot.plan.options;
      const tookMs = at - Math.max(needs, spares, calmSince(life, other));
      if (tookMs > 1.2 * (LIMIT_MS + timeoutMs + 2 * intervalMs))
        fail(`${life.label} has needed help for ${Math.round(tookMs)} ms, and ${other.label} could lend`);
    }
  };

  return {
    master({ life, effects, at }: MasterObservation) {
      for (const effect of effects) {
        if (effect.type !== "send") continue;
        const { message } = effect;
        if (message.kind !== "heartbeat-request" && message.kind !== "heartbeat-reply") continue;
        if (message.peer?.figures !== undefined) note(life, message.peer.figures, at);
      }
      for (const { direction } of world.loans.of(life).begun) {
        const stand = stands.get(life);
        if (direction === "in" && stand !== undefined) stand.needsSince = undefined;
      }
    },
    scan: ({ life, at }) => check(life, at),
  };
};

/** Of its own service time: well above what makes a master ask. */
const NEED = 6;
const NEED_MIN_MS = 2_000;
const LIMIT_MS = 5_000;
