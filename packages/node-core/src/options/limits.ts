import { durationMs } from "@mutirao/primitives";
import { transportLimitDefaults as defaults, type TransportLimits } from "@mutirao/transport";
import { countOption, type OptionSchema, secondsOption } from "./option.ts";

const group = "Limits";
const count = (unit: string, min: number, max: number, fallback: number, flag: string, consequence: string) =>
  countOption({ unit, min, max, default: fallback }, { flag, group, consequence });
const time = (minS: number, maxS: number, defaultMs: number, flag: string, consequence: string) =>
  secondsOption({ minS, maxS, defaultS: defaultMs / 1_000 }, { flag, group, consequence });

/** The limits of the transport as options, by the names that the transport gives them. */
export const transportLimitOptions = {
  connectionsMax: count(
    "connections",
    8,
    1_000_000,
    defaults.connectionsMax,
    "--connections-max <n>",
    "Connections open at once, or the limit of open files less 64 if that is lower. A quarter is kept for those that we open; when the rest is taken, the oldest that said nothing sensible gives way, else the newest is refused.",
  ),
  connectionsPerSourceMax: count(
    "connections",
    1,
    1_000_000,
    defaults.connectionsPerSourceMax,
    "--connections-per-source-max <n>",
    "Accepted connections open at once from one address. Higher lets one machine take more of the total.",
  ),
  connectionsUnidentifiedMax: count(
    "connections",
    1,
    1_000_000,
    defaults.connectionsUnidentifiedMax,
    "--connections-unidentified-max <n>",
    "Accepted connections on which nothing sensible was said yet. Above it, the oldest of them is closed.",
  ),
  firstLineMs: time(
    0.05,
    3_600,
    defaults.firstLineMs,
    "--first-line-timeout <s>",
    "Time for the first whole line of an accepted connection. Lower frees places sooner, and cuts off slow links.",
  ),
  lineMs: time(
    0.05,
    3_600,
    defaults.lineMs,
    "--line-timeout <s>",
    "Time from the first byte of a line to its end. Lower cuts off who drips bytes to hold a place, and slow links.",
  ),
  idleMs: time(
    0.05,
    86_400,
    defaults.idleMs,
    "--idle-timeout <s>",
    "Silence after which a connection is closed. Below the peers' interval, every beat needs a new connection.",
  ),
  lineUnidentifiedMaxBytes: count(
    "bytes",
    64,
    16_777_216,
    defaults.lineUnidentifiedMaxBytes,
    "--line-unidentified-max <n>",
    "The longest line from a sender that has said nothing sensible yet. A longer one closes the connection.",
  ),
  lineMaxBytes: count(
    "bytes",
    64,
    16_777_216,
    defaults.lineMaxBytes,
    "--line-max <n>",
    "The longest line. Higher lets one line hold up everybody for longer (about 0.5 ms per KiB of hostile JSON).",
  ),
  linesPerTurnMax: count(
    "lines",
    1,
    100_000,
    defaults.linesPerTurnMax,
    "--lines-per-turn-max <n>",
    "Lines of one connection that are handled before the next connection has its turn. Higher is less fair.",
  ),
  turnMs: time(
    0.001,
    1,
    defaults.turnMs,
    "--turn <s>",
    "Time that one connection may take before the next has its turn. Higher is less fair.",
  ),
  linesPerSecondMax: count(
    "lines/s",
    1,
    10_000_000,
    defaults.linesPerSecondMax,
    "--lines-per-second-max <n>",
    "Lines per second of one connection in the long run. A faster sender is read more slowly, not closed.",
  ),
  linesBurstMax: count(
    "lines",
    1,
    10_000_000,
    defaults.linesBurstMax,
    "--lines-burst-max <n>",
    "Lines that a connection may send at once after a pause, above its rate.",
  ),
  outputPauseBytes: count(
    "bytes",
    1_024,
    1_073_741_824,
    defaults.outputPauseBytes,
    "--output-pause <n>",
    "Bytes waiting for a slow reader above which no more is read from it.",
  ),
  outputMaxBytes: count(
    "bytes",
    1_024,
    1_073_741_824,
    defaults.outputMaxBytes,
    "--output-max <n>",
    "Bytes waiting for a slow reader above which its connection is destroyed. It bounds the memory per connection.",
  ),
  connectMs: time(
    0.05,
    120,
    defaults.connectMs,
    "--connect-timeout <s>",
    "Time for a connection to open. Lower gives up on distant peers, higher holds a dial slot for a dead one longer.",
  ),
  lookupsMax: count(
    "look-ups",
    1,
    64,
    defaults.lookupsMax,
    "--lookups-max <n>",
    "Name look-ups under way at once. Each holds a thread of the look-up process while it hangs.",
  ),
  lookupMs: time(
    0.05,
    120,
    defaults.lookupMs,
    "--lookup-timeout <s>",
    "Time for one name look-up. After it the last good address is used, if there is one.",
  ),
  lookupCacheMs: time(
    0,
    86_400,
    defaults.lookupCacheMs,
    "--lookup-cache <s>",
    "How long the answer of a look-up is used. Higher asks less often, and notices a changed address later.",
  ),
} as const satisfies { readonly [Name in keyof TransportLimits]: OptionSchema<unknown> };

/** How long a source with too many bad lines is not listened to, and what "too many" is. */
export const conductOptions = {
  malformedPerConnectionMax: count(
    "lines",
    1,
    1_000_000,
    10,
    "--malformed-per-connection-max <n>",
    "Bad lines after which a connection is closed (a line that no node would send closes it at once).",
  ),
  malformedPerSourceMax: count(
    "lines/minute",
    1,
    1_000_000,
    100,
    "--malformed-per-source-max <n>",
    "Bad lines per minute after which an address is muted. Nodes behind one address share the count.",
  ),
  muteMs: time(
    0,
    86_400,
    durationMs(60_000),
    "--mute <s>",
    "How long new connections of a muted address are closed at once. 0 mutes nobody.",
  ),
} as const;
