import { type DurationMs, durationMs, type Endpoint, formatEndpoint, parseEndpoint } from "@mutirao/primitives";
import { z } from "zod";
import { choiceOption, countOption, endpointOption, type OptionSchema, secondsOption } from "./option.ts";

/** Whether a master lends and borrows; see `--lending` in {@link lendingOptions}. */
export const lendingModes = ["on", "observe", "off"] as const;
export type LendingMode = (typeof lendingModes)[number];

/** What a worker says of its owner while it is away. */
export const homeNameStyles = ["id", "ip", "ip:port"] as const;
export type HomeNameStyle = (typeof homeNameStyles)[number];

/** The usual style, and that for single peers, by their configured address. */
export interface HomeNames {
  readonly usual: HomeNameStyle;
  readonly byPeer: ReadonlyMap<string, HomeNameStyle>;
}

/** What a master has to be told of lending. The ranges and defaults are in {@link lendingOptions}. */
export interface LendingNodeOptions {
  readonly lending: LendingMode;
  readonly lendMax: number;
  readonly lendReserve: number;
  readonly borrowMax: number;
  readonly noLendTo: readonly string[];
  readonly leaseMs: DurationMs;
  readonly foreignLeaseMs: DurationMs;
  readonly homeNames: HomeNames;
  readonly connectAt: Endpoint | undefined;
}

const group = "Lending";

const noLendTo: OptionSchema<readonly string[]> = {
  meta: {
    flag: "--no-lend-to <peer>",
    group,
    unit: "id or host:port",
    range: "a peer, by its id or as in --peer",
    isRepeatable: true,
    consequence: "A peer that gets no workers of ours. It may still lend to us. Repeat it for each.",
  },
  schema: z.array(z.string().min(1).max(128)).prefault([]),
};

const isStyle = (text: string): text is HomeNameStyle => homeNameStyles.some((style) => style === text);

/** `ip:port`, or `10.0.0.7:9101=ip:port` for one peer. */
const homeNames: OptionSchema<HomeNames> = {
  meta: {
    flag: "--home-address <style>",
    group,
    unit: "id, ip or ip:port, or host:port=style for one peer",
    range: "id, ip, ip:port",
    default: "id",
    isRepeatable: true,
    consequence:
      "What a worker of ours says of its owner while it is with a peer. Masters of ours understand all three; other " +
      "teams' may know only one. Repeat it for single peers: --home-address 10.0.0.7:9101=ip.",
  },
  schema: z
    .array(z.string())
    .prefault([])
    .transform((texts, context) => {
      const byPeer = new Map<string, HomeNameStyle>();
      let usual: HomeNameStyle = "id";
      for (const text of texts) {
        const [, peer, style = ""] = /^(?:(.+)=)?(id|ip|ip:port)$/.exec(text) ?? [];
        const at = peer === undefined ? undefined : parseEndpoint(peer);
        if (!isStyle(style) || (at !== undefined && "problem" in at)) {
          context.addIssue("it is a style, or host:port=style");
          return z.NEVER;
        }
        if (at === undefined) usual = style;
        else byPeer.set(formatEndpoint(at), style);
      }
      return { usual, byPeer };
    }),
};

const connectAddress = endpointOption({
  flag: "--connect-address <host:port>",
  group,
  consequence:
    "Where workers that we borrow are told to connect, and where ours are told that home is, if others reach this " +
    "master at another address than the one it listens at.",
});

const connectAt: OptionSchema<Endpoint | undefined> = { ...connectAddress, schema: connectAddress.schema.optional() };

/** Every option of lending. */
export const lendingOptions = {
  lending: choiceOption(lendingModes, "on", {
    flag: "--lending <mode>",
    group,
    consequence:
      "on: peers that are short of workers get idle ones of ours, and we ask them when we are short. observe: what would " +
      "be asked for is decided and told, and nobody moves. off: neither lends nor borrows.",
  }),
  lendMax: countOption(
    { unit: "workers", min: 0, max: 10_000, default: 10_000 },
    {
      flag: "--lend-max <n>",
      group,
      consequence: "Own workers that may be away at a time. 0: never lend, only borrow.",
    },
  ),
  lendReserve: countOption(
    { unit: "workers", min: 0, max: 10_000, default: 0 },
    {
      flag: "--lend-reserve <n>",
      group,
      consequence:
        "Own workers that always stay at home. Higher begins a sudden task of our own sooner, and helps others less: " +
        "keeping 1 of 8 makes a neighbour's burst take a tenth longer.",
    },
  ),
  borrowMax: countOption(
    { unit: "workers", min: 0, max: 10_000, default: 10_000 },
    { flag: "--borrow-max <n>", group, consequence: "Borrowed workers at a time. 0: never borrow, only lend." },
  ),
  noLendTo,
  leaseMs: secondsOption(
    { minS: 1, maxS: 3_600, defaultS: 30 },
    {
      flag: "--lease <s>",
      group,
      consequence:
        "How long a worker of ours stays away without a sign that its borrower still talks to us. Lower has it home " +
        "sooner when the borrower is cut off; below three intervals, one lost beat may call it back.",
    },
  ),
  foreignLeaseMs: secondsOption(
    { minS: 1, maxS: 86_400, defaultS: 900 },
    {
      flag: "--foreign-lease <s>",
      group,
      consequence:
        "The same with a master of another team, which gives no sign of whom it has: that long a worker of ours stays " +
        "there at most. Lower has it home sooner from a borrower that never gives back; workers of other teams know of " +
        "no lease and stay for as long as they are not told to go.",
    },
  ),
  homeNames,
  connectAt,
} as const;

/** For tests and tools: the defaults of lending. */
export const lendingDefaults: LendingNodeOptions = {
  lending: "on",
  lendMax: 10_000,
  lendReserve: 0,
  borrowMax: 10_000,
  noLendTo: [],
  leaseMs: durationMs(30_000),
  foreignLeaseMs: durationMs(900_000),
  homeNames: { usual: "id", byPeer: new Map() },
  connectAt: undefined,
};
