import {
  type DurationMs,
  type Endpoint,
  isHostName,
  isIpv4,
  isIpv6,
  type NodeId,
  nodeId,
  parseEndpoint,
  seconds,
} from "@mutirao/primitives";
import { z } from "zod";

/** Under which heading an option stands, in the order of the help. */
export const optionGroups = ["Node", "Heartbeat", "Tasks", "Load", "Lending", "Worker", "Output", "Limits"] as const;

/** What a person needs to know of an option, beside its type. Help texts and docs/options.md are made of it. */
export interface OptionMeta {
  /** The flag with its argument, as on the command line. */
  readonly flag: string;
  readonly group: (typeof optionGroups)[number];
  /** The unit, or the form, of the argument; empty for a switch. */
  readonly unit: string;
  /** What is allowed, in words. */
  readonly range: string;
  /** The default as one would type it; absent if the option is required, or has none. */
  readonly default?: string;
  readonly isRequired?: true;
  readonly isRepeatable?: true;
  /** What it is, and what follows from setting it higher or lower. */
  readonly consequence: string;
}

/** A schema that reads what was typed after a flag, with its description attached. */
export interface OptionSchema<T> {
  readonly meta: OptionMeta;
  readonly schema: z.ZodType<T, unknown>;
}

type Words = Pick<OptionMeta, "flag" | "group" | "consequence">;

/** Plain decimals only: what `Number` also takes (`0x50`, `1e3`, ` 2 `, the empty text) is more often a mistake. */
const decimal = z
  .string()
  .regex(/^\d{1,15}(?:\.\d{1,6})?$/)
  .transform(Number);

const wholeNumber = z
  .string()
  .regex(/^\d{1,15}$/)
  .transform(Number);

/** A length of time, typed in seconds. */
export function secondsOption(
  { minS, maxS, defaultS }: { readonly minS: number; readonly maxS: number; readonly defaultS: number },
  words: Words,
): OptionSchema<DurationMs> {
  return {
    meta: { ...words, unit: "seconds", range: `${minS} to ${maxS}`, default: `${defaultS}` },
    schema: decimal.pipe(z.number().min(minS).max(maxS)).transform(seconds).prefault(`${defaultS}`),
  };
}

/** A whole number of things or of bytes. */
export function countOption(
  bounds: { readonly unit: string; readonly min: number; readonly max: number; readonly default: number },
  words: Words,
): OptionSchema<number> {
  const { unit, min, max } = bounds;
  return {
    meta: { ...words, unit, range: `${min} to ${max}`, default: `${bounds.default}` },
    schema: wholeNumber.pipe(z.number().min(min).max(max)).prefault(`${bounds.default}`),
  };
}

/** A port to listen on; required. */
export function portOption(words: Words): OptionSchema<number> {
  return {
    meta: { ...words, unit: "TCP port", range: "0 to 65535 (0: any free port)", isRequired: true },
    schema: wholeNumber.pipe(z.number().max(65_535)),
  };
}

/** `host:port`. */
export const endpointSchema: z.ZodType<Endpoint, unknown> = z.string().transform((text, context) => {
  const parsed = parseEndpoint(text);
  if (!("problem" in parsed)) return parsed;
  context.addIssue(parsed.problem);
  return z.NEVER;
});

/** The address of another node. @param port stands in the example. */
export function endpointOption(words: Words, port = 9101): OptionSchema<Endpoint> {
  return {
    meta: { ...words, unit: "host:port", range: `an IP address ([::1]:${port} for IPv6) or a host name` },
    schema: endpointSchema,
  };
}

/** Addresses of other nodes. */
export function endpointsOption(words: Words): OptionSchema<readonly Endpoint[]> {
  const { meta, schema } = endpointOption(words);
  return { meta: { ...meta, isRepeatable: true }, schema: z.array(schema).prefault([]) };
}

/** An address of this machine. */
export function hostOption(words: Pick<Words, "group" | "consequence">): OptionSchema<string> {
  return {
    meta: {
      flag: "--host <address>",
      ...words,
      unit: "IP address or host name of this machine",
      range: "an address of this machine, IPv6 without brackets",
      default: "127.0.0.1",
    },
    schema: z
      .string()
      .refine((text) => isIpv4(text) || isIpv6(text) || isHostName(text))
      .default("127.0.0.1"),
  };
}

/** Who a node or a worker is to others. */
export function idOption(words: Pick<Words, "group" | "consequence">): OptionSchema<NodeId | undefined> {
  return {
    meta: {
      flag: "--id <id>",
      ...words,
      unit: "text",
      range: "1 to 128 printable ASCII characters without spaces",
    },
    schema: z
      .string()
      .regex(/^[!-~]{1,128}$/)
      .transform(nodeId)
      .optional(),
  };
}

/** One of some words. */
export function choiceOption<T extends string>(
  choices: readonly [T, ...T[]],
  defaultChoice: T,
  words: Words,
): OptionSchema<T> {
  return {
    meta: { ...words, unit: "word", range: choices.join(", "), default: defaultChoice },
    schema: z.enum(choices).default(defaultChoice),
  };
}

/** On if it is there. */
export function switchOption(words: Words): OptionSchema<boolean> {
  return { meta: { ...words, unit: "", range: "", default: "off" }, schema: z.boolean().default(false) };
}
