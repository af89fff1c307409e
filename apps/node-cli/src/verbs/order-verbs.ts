import { switchOption } from "@mutirao/node-core";
import { printable } from "@mutirao/protocol";
import type { Reply } from "./api-client.ts";
import { countText } from "./in-words.ts";
import { createMasterClient, type MasterClient } from "./master-client.ts";
import { out, outJson } from "./output.ts";
import { defineVerb, type Failure, wrongFlag } from "./verb.ts";
import { httpOption, jsonOption, numberOption, textOption } from "./verb-options.ts";

const common = { http: httpOption, json: jsonOption };

/** Gives an order, and says in a line what came of it, or shows the master's JSON. */
async function giveOrder<T>(
  { http, json }: { readonly http: string; readonly json: boolean },
  order: (client: MasterClient) => Promise<Reply<T>>,
  words: (answer: T) => string,
): Promise<Failure | undefined> {
  const reply = await order(createMasterClient(http));
  if ("failure" in reply) return reply.failure;
  if (json) outJson(reply.value);
  else out(`${words(reply.value)}\n`);
  return undefined;
}

const misused = (code: "ERR_OPTION_MISSING" | "ERR_OPTION_CONFLICT" | "ERR_OPTION_UNKNOWN", message: string): Failure =>
  wrongFlag({ code, message });

const peer = textOption({
  flag: "--peer <peer>",
  group: "Lending",
  unit: "id or host:port",
  range: "a peer of the master, by its id or as in --peer",
  consequence: "Which peer is meant.",
});

const workers = numberOption(
  { min: 1, max: 1_000, isWhole: true },
  { flag: "--workers <n>", group: "Lending", unit: "workers", consequence: "How many workers; 1 if absent." },
);

export const borrowVerb = defineVerb({
  name: "borrow",
  operands: "",
  summary: "Asks peers for workers, whatever the figures say. What finds nothing to do here goes home by itself.",
  table: { ...common, peer, workers },
  examples: ["node-cli borrow --workers 2", "node-cli borrow --peer master-b && node-cli why borrow"],
  run: ({ http, json, peer: from, workers: count = 1 }) =>
    giveOrder(
      { http, json },
      (client) => client.borrow({ workers: count, ...(from === undefined ? {} : { peer: from }) }),
      ({ asks }) =>
        asks.map((ask) => `${printable(ask.peer)} is asked for ${countText(ask.workers, "worker")}`).join("\n"),
    ),
});

const worker = textOption({
  flag: "--worker <id>",
  group: "Lending",
  unit: "id",
  range: "an idle worker of the master's own",
  consequence: "This worker, instead of the one that is idle for longest.",
});

export const lendVerb = defineVerb({
  name: "lend",
  operands: "",
  summary: "Sends idle workers to a peer that has not asked. If no task waits there, they are sent home again.",
  table: { ...common, peer, workers, worker },
  examples: ["node-cli lend --peer master-b --workers 2", "node-cli lend --peer 10.0.0.7:9101 --worker worker-7"],
  async run({ http, json, peer: to, workers: count, worker: id }) {
    if (to === undefined) return misused("ERR_OPTION_MISSING", "say with --peer to whom");
    if (id !== undefined && count !== undefined) {
      return misused("ERR_OPTION_CONFLICT", "--worker and --workers do not go together: give one of them");
    }
    const which = id === undefined ? { count: count ?? 1 } : { workers: [id] };
    return giveOrder(
      { http, json },
      (client) => client.lend({ peer: to, ...which }),
      ({ loans }) => `lent: ${loans.map((loan) => printable(loan)).join(", ")}`,
    );
  },
});

const loan = textOption({
  flag: "--loan <id>",
  group: "Lending",
  unit: "id",
  range: "as node-cli loans shows it",
  consequence: "One worker. Of those that its borrower has, the first that is free comes.",
});

const all = switchOption({ flag: "--all", group: "Lending", consequence: "Every lent worker." });

export const reclaimVerb = defineVerb({
  name: "reclaim",
  operands: "",
  summary: "Calls lent workers back. Each comes when it has finished what it does.",
  table: { ...common, loan, peer, all },
  examples: ["node-cli reclaim --all", "node-cli reclaim --loan worker-7@3", "node-cli reclaim --peer master-b --json"],
  async run({ http, json, loan: id, peer: from, all: everything }) {
    const given = [id !== undefined, from !== undefined, everything].filter(Boolean).length;
    if (given === 0) return misused("ERR_OPTION_MISSING", "say what: --loan, --peer or --all");
    if (given > 1) return misused("ERR_OPTION_CONFLICT", "only one of --loan, --peer and --all can be meant");
    const order = id === undefined ? (from === undefined ? { all: true as const } : { peer: from }) : { loan: id };
    return giveOrder(
      { http, json },
      (client) => client.reclaim(order),
      ({ loans }) =>
        loans.length === 0
          ? "nothing is lent that could be called back"
          : `called back: ${loans.map((each) => printable(each)).join(", ")}`,
    );
  },
});

const timeout = numberOption(
  { min: 0, max: 86_400, isWhole: false },
  {
    flag: "--timeout <s>",
    group: "Lending",
    unit: "seconds",
    consequence: "The longest that the end may take; the master's --drain-timeout if absent.",
  },
);

export const drainVerb = defineVerb({
  name: "drain",
  operands: "",
  summary: "Ends a master in good order: nothing new, guests go home, own workers are called back, tasks end.",
  table: { ...common, timeout },
  examples: ["node-cli drain", "node-cli drain --timeout 300 --http 127.0.0.1:10102"],
  run: ({ http, json, timeout: timeoutS }) =>
    giveOrder(
      { http, json },
      (client) => client.drain(timeoutS === undefined ? {} : { timeoutS }),
      (answer) => `draining: the master ends when nothing is left to do, and after ${answer.timeoutS} s at the latest`,
    ),
});
