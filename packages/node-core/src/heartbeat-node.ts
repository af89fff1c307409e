import type { InstantMs, NodeId, Prng } from "@mutirao/primitives";
import type { RegistryEntry } from "@mutirao/registry";
import type { Core } from "./core.ts";
import { createConnNumbers } from "./machines/conn-numbers.ts";
import { createPulse } from "./machines/pulse.ts";
import { createStallWatch } from "./machines/stall-watch.ts";
import type { HeartbeatNodeOptions } from "./options/heartbeat-options.ts";
import { stallLimitMs } from "./policies/stall.ts";

/** A node that keeps its peers' pulse and answers theirs. */
export interface HeartbeatNode extends Core {
  /** Every peer, as it stands. */
  registry(): readonly RegistryEntry[];
}

/**
 * @param selfId who we are, for the peers.
 * @param prng for jitter; the same seed and the same events give the same effects.
 */
export function createHeartbeatNode(selfId: NodeId, options: HeartbeatNodeOptions, prng: Prng): HeartbeatNode {
  const pulse = createPulse(selfId, options, prng, createConnNumbers());
  const stalls = createStallWatch(stallLimitMs(options.intervalMs, options.timeoutMs));
  let deadline: InstantMs | undefined;
  return {
    handle(event, now) {
      const stalled = stalls.check(event, deadline, now, () => pulse.onResumed(now));
      const effects = pulse.handle(event, now);
      deadline = pulse.nextDeadline();
      return stalled.length === 0 ? effects : [...stalled, ...effects];
    },
    nextDeadline: () => deadline,
    registry: () => pulse.registry.entries(),
  };
}
