import { formatEndpoint, sameEndpoint } from "@mutirao/primitives";
import { describeLife } from "../swarm/boot.ts";
import { transitionsOf } from "../swarm/notices.ts";
import { calmSince } from "../swarm/weather.ts";
import type { CreateChecker } from "../swarm/world.ts";

/**
 * Nobody is accused who is alive, can be reached, and was heard since: its answers come once per interval, which is
 * less than the timeout. Stalls and late timers of the accuser are no excuse, since it has to know of them.
 */
export const createAccusationsChecker: CreateChecker = (world, fail) => {
  // An answer under way when its sender's life ended is no evidence about the next life.
  const { latencyMs, jitterMs } = world.plan.network;
  const inFlightMs = 2 * (latencyMs + jitterMs);
  return {
    observe({ life, effects, now }) {
      for (const { peer, endpoint, to } of transitionsOf(effects)) {
        if (to !== "TIMEOUT") continue;
        const target = life.targets.find(({ record }) => sameEndpoint(record.endpoint, endpoint));
        const occupant = target?.address === undefined ? undefined : world.occupantOf(target.address);
        if (target === undefined || occupant === undefined || !occupant.isAlive) continue;
        if (occupant.idAt(endpoint) !== peer) continue;
        const since = calmSince(world, life, target, occupant, "without-stalls");
        const heardAt = life.ledger.evidence(peer, endpoint);
        if (since === undefined || heardAt === undefined) continue;
        if (life.clock.worldAt(heardAt) < since + inFlightMs) continue;
        const ago = Math.round(now - heardAt);
        fail(
          `${describeLife(life)} accuses ${peer} at ${formatEndpoint(endpoint)}, which is alive: it was heard ${ago} ms ` +
            "ago, and nothing has stood in the way since",
        );
      }
    },
  };
};
