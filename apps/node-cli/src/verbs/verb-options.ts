import { type OptionMeta, type OptionSchema, switchOption } from "@mutirao/node-core";
import { formatEndpoint, parseEndpoint } from "@mutirao/primitives";
import { z } from "zod";

/** Where the master is if nobody says: the HTTP port of a master with `--port 9101`. */
const DEFAULT_HTTP = "127.0.0.1:10101";

/** Says where the master is, for those who do not want to repeat it. */
export const HTTP_VARIABLE = "MUTIRAO_HTTP";

/** Holds the token of a master that wants one. Flags would show it to everybody who lists processes. */
export const TOKEN_VARIABLE = "MUTIRAO_TOKEN";

/** `host:port`, or an URL without a path; gives the URL without the slash at its end. */
const serverUrl = z.string().transform((text, context) => {
  const endpoint = parseEndpoint(text);
  if (!("problem" in endpoint)) return `http://${formatEndpoint(endpoint)}`;
  const url = URL.parse(text);
  if (url !== null && /^https?:$/.test(url.protocol) && url.host !== "" && url.pathname === "/") return url.origin;
  context.addIssue(endpoint.problem);
  return z.NEVER;
});

export const httpOption: OptionSchema<string> = {
  meta: {
    flag: "--http <address>",
    group: "Node",
    unit: "host:port or URL",
    range: "where the master's HTTP API listens",
    default: DEFAULT_HTTP,
    consequence:
      `The master that is asked. The environment variable ${HTTP_VARIABLE} says the same for all verbs; ` +
      `${TOKEN_VARIABLE} holds the token of a master that was started with --http-token-file.`,
  },
  schema: serverUrl.prefault(DEFAULT_HTTP),
};

const DEFAULT_MONITOR = "127.0.0.1:9191";

export const monitorOption: OptionSchema<string> = {
  meta: {
    flag: "--monitor <address>",
    group: "Node",
    unit: "host:port or URL",
    range: "where the load monitor's HTTP API listens",
    default: DEFAULT_MONITOR,
    consequence: "The load monitor that is asked.",
  },
  schema: serverUrl.prefault(DEFAULT_MONITOR),
};

export const jsonOption = switchOption({
  flag: "--json",
  group: "Output",
  consequence: "Prints the master's answer as JSON, on one line.",
});

export const waitOption = switchOption({
  flag: "--wait",
  group: "Tasks",
  consequence: "Waits for the end of the task, for as long as it takes. An end other than done is exit code 1.",
});

type NumberWords = Pick<OptionMeta, "flag" | "group" | "unit" | "consequence">;

/** A number that may be left out, and then the master's default holds. */
export function numberOption(
  { min, max, isWhole }: { readonly min: number; readonly max: number; readonly isWhole: boolean },
  words: NumberWords,
): OptionSchema<number | undefined> {
  const pattern = isWhole ? /^-?\d{1,9}$/ : /^\d{1,9}(?:\.\d{1,6})?$/;
  return {
    meta: { ...words, range: `${min} to ${max}` },
    schema: z.string().regex(pattern).transform(Number).pipe(z.number().min(min).max(max)).optional(),
  };
}

/** A text that may be left out. */
export function textOption(
  words: Pick<OptionMeta, "flag" | "group" | "unit" | "range" | "consequence">,
): OptionSchema<string | undefined> {
  return { meta: words, schema: z.string().min(1).optional() };
}
