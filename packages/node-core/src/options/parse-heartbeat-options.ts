import { type DurationMs, durationMs, formatEndpoint } from "@mutirao/primitives";
import type { HeartbeatDialect } from "@mutirao/protocol";
import type { TransportLimits } from "@mutirao/transport";
import { type HeartbeatNodeOptions, heartbeatOptions } from "./heartbeat-options.ts";
import { clash, type OptionProblem, type OptionValues, readOptions, type TypedOptions } from "./parse-options.ts";

export type HeartbeatOptionValues = OptionValues<typeof heartbeatOptions>;

/** Reads and checks the options of a heartbeat node, the relations between them included. */
export function parseHeartbeatOptions(typed: TypedOptions): { readonly values: HeartbeatOptionValues } | OptionProblem {
  const read = readOptions(heartbeatOptions, typed);
  if (!("values" in read)) return read;
  return heartbeatConflict(read.values) ?? read;
}

/** What contradicts what among the options of every node. */
export function heartbeatConflict(values: HeartbeatOptionValues): OptionProblem | undefined {
  const { intervalMs, timeoutMs, peers, peersMax, lineMaxBytes, lineUnidentifiedMaxBytes } = values;
  if (timeoutMs <= intervalMs) {
    return clash(
      "--timeout",
      `--timeout (${inSeconds(timeoutMs)} s) must be above --interval (${inSeconds(intervalMs)} s), or every peer ` +
        `would be TIMEOUT before its next beat: give --timeout ${inSeconds(durationMs(3 * intervalMs))} or more`,
    );
  }
  if (peers.length > peersMax) {
    return clash("--peer", `--peer is given ${peers.length} times, above --peers-max ${peersMax}: raise --peers-max`);
  }
  if (lineUnidentifiedMaxBytes > lineMaxBytes) {
    return clash(
      "--line-unidentified-max",
      `--line-unidentified-max (${lineUnidentifiedMaxBytes}) must not be above --line-max (${lineMaxBytes}), or ` +
        "strangers would be given more room than peers: lower the first or raise the second",
    );
  }
  if (values.outputPauseBytes > values.outputMaxBytes) {
    return clash(
      "--output-pause",
      `--output-pause (${values.outputPauseBytes}) must not be above --output-max (${values.outputMaxBytes}), or ` +
        "slow readers would be cut before they are slowed down: lower the first or raise the second",
    );
  }
  return undefined;
}

const inSeconds = (length: DurationMs): number => length / 1_000;

/** The part of the options that the core takes. */
export function toNodeOptions(values: HeartbeatOptionValues, firstDialect: HeartbeatDialect): HeartbeatNodeOptions {
  const unique = new Map(values.peers.map((peer) => [formatEndpoint(peer), peer]));
  return {
    peers: [...unique.values()],
    intervalMs: values.intervalMs,
    timeoutMs: values.timeoutMs,
    answerMs: durationMs(Math.min(values.answerMs, values.timeoutMs / 2)),
    backOffMaxMs: values.backOffMaxMs,
    dialsMax: values.dialsMax,
    firstDialect,
    strangersMax: values.strangersMax,
    malformedPerConnectionMax: values.malformedPerConnectionMax,
    malformedPerSourceMax: values.malformedPerSourceMax,
    muteMs: values.muteMs,
  };
}

/** The part of the options that the transport takes. */
export function toTransportLimits(values: TransportLimits): TransportLimits {
  return {
    connectionsMax: values.connectionsMax,
    connectionsPerSourceMax: values.connectionsPerSourceMax,
    connectionsUnidentifiedMax: values.connectionsUnidentifiedMax,
    firstLineMs: values.firstLineMs,
    lineMs: values.lineMs,
    idleMs: values.idleMs,
    lineUnidentifiedMaxBytes: values.lineUnidentifiedMaxBytes,
    lineMaxBytes: values.lineMaxBytes,
    linesPerTurnMax: values.linesPerTurnMax,
    turnMs: values.turnMs,
    linesPerSecondMax: values.linesPerSecondMax,
    linesBurstMax: values.linesBurstMax,
    outputPauseBytes: values.outputPauseBytes,
    outputMaxBytes: values.outputMaxBytes,
    connectMs: values.connectMs,
    lookupsMax: values.lookupsMax,
    lookupMs: values.lookupMs,
    lookupCacheMs: values.lookupCacheMs,
  };
}
