import type { HeartbeatNodeOptions } from "@mutirao/node-core";
import { type DurationMs, durationMs, type Endpoint, type Prng } from "@mutirao/primitives";
import { type TransportLimits, transportLimitDefaults } from "@mutirao/transport";
import { logUniform } from "../../log-uniform.ts";

/** The rhythm of a swarm: what all its nodes have in common. */
export interface Tempo {
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly answerMs: number;
  readonly backOffMaxMs: number;
  readonly connectMs: number;
  readonly lookupMs: number;
  /** What a peer can be late by in calm weather without coming near its timeout. */
  readonly slackMs: number;
}

export function drawTempo(prng: Prng): Tempo {
  const intervalMs = logUniform(prng, 100, 5_000);
  const timeoutMs = intervalMs * logUniform(prng, 1.5, 10);
  return {
    intervalMs,
    timeoutMs,
    slackMs: timeoutMs - intervalMs,
    // As in production: an answer is never waited for longer than half a timeout.
    answerMs: Math.min(prng.pick([3_000, logUniform(prng, 200, 3_000)]), timeoutMs / 2),
    // The defaults now and then, where they are not so long that one run would take the time of a hundred.
    backOffMaxMs: intervalMs > 1_000 && prng.chance(0.2) ? 30_000 : intervalMs * logUniform(prng, 0.5, 12),
    connectMs: orDefault(2_000, intervalMs, prng),
    lookupMs: orDefault(5_000, intervalMs, prng),
  };
}

function orDefault(defaultMs: number, intervalMs: number, prng: Prng): number {
  if (intervalMs > defaultMs / 4 && prng.chance(0.3)) return defaultMs;
  return Math.min(defaultMs, Math.max(100, intervalMs * logUniform(prng, 0.5, 4)));
}

/** Options of one node: the swarm's tempo, sometimes changed a little, and limits of its own. */
export function drawNodeOptions(tempo: Tempo, peers: readonly Endpoint[], prng: Prng): HeartbeatNodeOptions {
  const stretch = prng.chance(0.2) ? 1 + prng.next() : 1;
  const length = (ms: number): DurationMs => durationMs(stretch * ms);
  return {
    peers,
    intervalMs: length(tempo.intervalMs),
    timeoutMs: length(tempo.timeoutMs),
    answerMs: length(tempo.answerMs),
    backOffMaxMs: length(tempo.backOffMaxMs),
    // Few slots, but not so few that a peer would wait for dozens of dials to nobody before it has its turn.
    dialsMax: prng.pick([Math.ceil(peers.length / 3) || 1, Math.ceil(peers.length / 2) || 1, 64, 64]),
    firstDialect: prng.pick(["brief", "brief", "class"]),
    strangersMax: prng.integer(1, 64),
    malformedPerConnectionMax: prng.integer(1, 10),
    malformedPerSourceMax: prng.integer(3, 40),
    muteMs: durationMs(logUniform(prng, 1_000, 60_000)),
  };
}

/** @param isFlooded whether room for connections is to be scarce. */
export function drawLimits(tempo: Tempo, isFlooded: boolean, prng: Prng): TransportLimits {
  const scarce = { connectionsMax: prng.integer(40, 80), connectionsPerSourceMax: 16, connectionsUnidentifiedMax: 12 };
  const lineMs = durationMs(Math.max(200, logUniform(prng, 1, 20) * tempo.intervalMs));
  return {
    ...transportLimitDefaults,
    ...(isFlooded ? scarce : {}),
    connectMs: durationMs(tempo.connectMs),
    lookupMs: durationMs(tempo.lookupMs),
    lookupCacheMs: durationMs(logUniform(prng, 1_000, 60_000)),
    lineMs,
    firstLineMs: durationMs(prng.chance(0.5) ? 0.7 * lineMs : 10_000),
    idleMs: durationMs(prng.chance(0.5) ? 60_000 : Math.max(1_000, tempo.intervalMs * logUniform(prng, 0.3, 20))),
  };
}
