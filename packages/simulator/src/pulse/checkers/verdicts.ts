import { formatEndpoint, sameEndpoint } from "@mutirao/primitives";
import { stallMs } from "../bounds.ts";
import { describeLife } from "../swarm/boot.ts";
import { transitionsOf } from "../swarm/notices.ts";
import type { CreateChecker, Inspection, NodeLife, Observation } from "../swarm/world.ts";

/**
 * TIMEOUT is set at the last evidence + timeout: never before, and by a deadline of its own, so that it is late only by
 * as much as the host wakes the node late. A node that was stalled gives everybody one more timeout, from the last call
 * that came too late: until then it could not ask anybody. And whoever answers is ALIVE at once.
 */
export const createVerdictsChecker: CreateChecker = (_world, fail) => {
  /** Before this moment of its own clock a node that was stalled must accuse nobody. */
  const graces = new WeakMap<NodeLife, number>();

  const verdictAt = (life: NodeLife, heardAt: number): number =>
    Math.max(heardAt + life.slot.plan.options.timeoutMs, graces.get(life) ?? Number.NEGATIVE_INFINITY);

  const checkEarly = ({ life, effects, now }: Observation): void => {
    for (const { peer, endpoint, to, reason } of transitionsOf(effects)) {
      if (to !== "TIMEOUT" && reason !== "answers-elsewhere") continue;
      const heardAt = life.ledger.evidence(peer, endpoint);
      const dueAt = heardAt === undefined ? Number.POSITIVE_INFINITY : verdictAt(life, heardAt);
      if (now >= dueAt) continue;
      const early = `${Math.round(dueAt - now)} ms before it is due`;
      fail(`${describeLife(life)} gives its verdict on ${peer} at ${formatEndpoint(endpoint)} ${early}`);
    }
  };

  const checkLate = ({ life, event, rows, now }: Inspection): void => {
    const wakesAt = life.core.nextDeadline() ?? Number.POSITIVE_INFINITY;
    for (const { serverId, endpoint, status } of rows) {
      if (status !== "ALIVE" || serverId === undefined) continue;
      const heardAt = life.ledger.evidence(serverId, endpoint);
      if (heardAt === undefined) continue;
      const dueAt = verdictAt(life, heardAt);
      const isOverdue = event.type === "wake" && now >= dueAt;
      if (!isOverdue && wakesAt <= dueAt) continue;
      const what = isOverdue ? `is overdue by ${now - dueAt} ms` : `would be late by ${wakesAt - dueAt} ms`;
      fail(`${describeLife(life)}: the verdict on ${serverId} at ${formatEndpoint(endpoint)} ${what}`);
    }
  };

  const checkAnswered = ({ life, happenings, rows }: Inspection): void => {
    for (const happening of happenings) {
      if (happening.kind !== "answered" || happening.id === life.id) continue;
      const { id, target } = happening;
      const row = rows.find(
        (candidate) => candidate.serverId === id && sameEndpoint(candidate.endpoint, target.endpoint),
      );
      if (row?.status === "ALIVE") continue;
      fail(`${describeLife(life)}: ${id} at ${target.key} has just answered and is ${row?.status ?? "not there"}`);
    }
  };

  return {
    observe(observation) {
      const { life, dueAt, now } = observation;
      const { plan } = life.slot;
      if (dueAt !== undefined && now - dueAt > stallMs(plan)) graces.set(life, now + plan.options.timeoutMs);
      checkEarly(observation);
    },
    inspect(inspection) {
      checkLate(inspection);
      checkAnswered(inspection);
    },
  };
};
