import type { Prng } from "@mutirao/primitives";
import { logUniform } from "../../log-uniform.ts";
import type { Tempo } from "./draw-options.ts";
import type { NetworkPlan } from "./plan.ts";

/**
 * Delays that healthy pairs cannot fail by: a dial and a beat on it are four ways, and all of them together stay below
 * a third of the slack that a timeout leaves, of an answer's time, and of a dial's.
 */
export function drawNetwork(tempo: Tempo, prng: Prng): NetworkPlan {
  const wayMaxMs = Math.min(50, tempo.slackMs / 16, tempo.answerMs / 12, tempo.connectMs / 12);
  const wayMs = logUniform(prng, 0.02, Math.max(0.03, wayMaxMs));
  const steadiness = prng.next();
  return {
    latencyMs: wayMs * steadiness,
    jitterMs: wayMs * (1 - steadiness),
    style: {
      cutRate: prng.pick([0, 0.1, 0.5]),
      byteByByteRate: prng.pick([0, 0, 0.02, 0.1]),
      mergeRate: prng.pick([0, 0.3, 0.6]),
      windowBytes: prng.pick([512, 4_096, 65_536]),
    },
    giveUpMs: tempo.timeoutMs * logUniform(prng, 0.3, 20),
    nameDelayMs: Math.min(tempo.lookupMs / 8, logUniform(prng, 0.1, 50)),
    lateNewsRate: prng.pick([0, 0.2, 1]),
  };
}
