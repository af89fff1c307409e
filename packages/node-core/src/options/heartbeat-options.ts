import type { DurationMs, Endpoint } from "@mutirao/primitives";
import type { HeartbeatDialect } from "@mutirao/protocol";
import { conductOptions, transportLimitOptions } from "./limits.ts";
import { countOption, endpointsOption, hostOption, idOption, portOption, secondsOption } from "./option.ts";

/** What a node that keeps its peers' pulse has to be told. The ranges and defaults are in {@link heartbeatOptions}. */
export interface HeartbeatNodeOptions {
  readonly peers: readonly Endpoint[];
  readonly intervalMs: DurationMs;
  readonly timeoutMs: DurationMs;
  /** How long an answer is waited for once the beat is sent. */
  readonly answerMs: DurationMs;
  readonly backOffMaxMs: DurationMs;
  /** Dials under way at once to peers whose last beat was not answered. */
  readonly dialsMax: number;
  /** The spelling in which a peer that never answered is asked first. */
  readonly firstDialect: HeartbeatDialect;
  readonly strangersMax: number;
  /** Bad lines after which a connection is closed. */
  readonly malformedPerConnectionMax: number;
  /** Bad lines per minute after which an address is muted. */
  readonly malformedPerSourceMax: number;
  readonly muteMs: DurationMs;
}

const host = hostOption({
  group: "Node",
  consequence:
    "Where the node listens, and the local address of its outgoing connections. Anything but a loopback address " +
    "lets everybody who can reach it talk to the node.",
});

const id = idOption({
  group: "Node",
  consequence:
    "Who the node is to its peers; a fresh UUID if absent. Fix it for a node that must be known again after a " +
    "restart, and never give one to two nodes.",
});

/** Every option of a heartbeat node: flag, unit, range, default and consequence, and the schema that reads it. */
export const heartbeatOptions = {
  port: portOption({
    flag: "--port <n>",
    group: "Node",
    consequence: "Where the node listens. Peers name it in their --peer.",
  }),
  host,
  id,
  peers: endpointsOption({
    flag: "--peer <host:port>",
    group: "Node",
    consequence: "A node to keep the pulse of. Repeat it for each; naming one twice does no harm.",
  }),
  intervalMs: secondsOption(
    { minS: 0.05, maxS: 3_600, defaultS: 2 },
    {
      flag: "--interval <s>",
      group: "Heartbeat",
      consequence: "Time between two beats to a peer. Lower notices sooner and costs more traffic.",
    },
  ),
  timeoutMs: secondsOption(
    { minS: 0.1, maxS: 86_400, defaultS: 10 },
    {
      flag: "--timeout <s>",
      group: "Heartbeat",
      consequence:
        "Silence after which a peer is TIMEOUT. It must be above --interval; below three intervals, one lost answer " +
        "may be enough to accuse a live peer.",
    },
  ),
  answerMs: secondsOption(
    { minS: 0.05, maxS: 120, defaultS: 3 },
    {
      flag: "--answer-timeout <s>",
      group: "Heartbeat",
      consequence:
        "Time for the answer to a beat (never more than half of --timeout, so that there is a second try). Lower " +
        "asks again sooner, and gives up on slow links.",
    },
  ),
  backOffMaxMs: secondsOption(
    { minS: 0.05, maxS: 3_600, defaultS: 30 },
    {
      flag: "--back-off-max <s>",
      group: "Heartbeat",
      consequence:
        "The longest wait between two beats to a peer that is TIMEOUT. Lower finds a returning peer sooner and " +
        "spends more on dead ones.",
    },
  ),
  dialsMax: countOption(
    { unit: "dials", min: 1, max: 10_000, default: 64 },
    {
      flag: "--dials-max <n>",
      group: "Limits",
      consequence: "Connections being opened at once to peers that did not answer last time. Live peers never wait.",
    },
  ),
  peersMax: countOption(
    { unit: "peers", min: 1, max: 100_000, default: 256 },
    {
      flag: "--peers-max <n>",
      group: "Limits",
      consequence: "How many --peer there may be. Each costs a beat per interval, a connection and up to 10 KB.",
    },
  ),
  strangersMax: countOption(
    { unit: "ids", min: 1, max: 100_000, default: 64 },
    {
      flag: "--strangers-max <n>",
      group: "Limits",
      consequence: "Ids remembered of nodes that beat us and are no peers of ours, so that each is told of once.",
    },
  ),
  ...conductOptions,
  ...transportLimitOptions,
} as const;
