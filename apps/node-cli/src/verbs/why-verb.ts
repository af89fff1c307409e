import type { Explanation } from "@mutirao/operator-api";
import { printable } from "@mutirao/protocol";
import { createMasterClient } from "./master-client.ts";
import { out, outJson } from "./output.ts";
import { defineVerb, type Failure, wrongFlag } from "./verb.ts";
import { httpOption, jsonOption } from "./verb-options.ts";

/** What can be asked about, besides borrowing as such. */
const things = ["loan", "peer", "task"] as const;

export const whyVerb = defineVerb({
  name: "why",
  operands: "borrow | loan <id> | peer <id> | task <id>",
  summary:
    "Says why: what led to a loan, a peer's state, a task's end, or to borrowing or not, with times and figures.",
  table: { http: httpOption, json: jsonOption },
  examples: [
    "node-cli why borrow",
    "node-cli why loan worker-7@3",
    "node-cli why task order-4711 --json | jq -r .answer",
  ],
  async run({ http, json }, operands) {
    const about = aboutOf(operands);
    if ("failure" in about) return about.failure;
    const reply = await createMasterClient(http).why(about.path);
    if ("failure" in reply) return reply.failure;
    if (json) outJson(reply.value);
    else out(explanationText(reply.value));
    return undefined;
  },
});

function aboutOf([what, id, ...more]: readonly string[]): { readonly path: string } | { readonly failure: Failure } {
  const isThing = things.some((thing) => thing === what);
  if (what === "borrow" && id === undefined) return { path: "borrow" };
  if (isThing && id !== undefined && id !== "" && more.length === 0)
    return { path: `${what}/${encodeURIComponent(id)}` };
  const message = "say about what: why borrow, why loan <id>, why peer <id> or why task <id>";
  const isTooMuch = more.length > 0 || (what === "borrow" && id !== undefined);
  const isUnknown = what !== undefined && what !== "borrow" && !isThing;
  return {
    failure: wrongFlag({ code: isTooMuch || isUnknown ? "ERR_OPTION_UNKNOWN" : "ERR_OPTION_MISSING", message }),
  };
}

/** One sentence longer than this is none of ours. */
const SENTENCE_MAX = 2_000;

/** The answer, and below it what led to it, each with its time of day (UTC). */
function explanationText({ answer, steps }: Explanation): string {
  const lines = steps.map(
    ({ time, sentence }) => `  ${time.replace("T", " ")}  ${printable(sentence, SENTENCE_MAX)}\n`,
  );
  const head = `${printable(answer, SENTENCE_MAX)}\n`;
  return lines.length === 0 ? head : `${head}\n${lines.join("")}`;
}
