import { type MoveReason, masterErrors, redirectErrors } from "@mutirao/node-core";
import { formatEndpoint } from "@mutirao/primitives";
import { printable } from "@mutirao/protocol";
import { transportErrors } from "@mutirao/transport";
import type { Entries } from "./entry.ts";

const meanings = { ...transportErrors, ...masterErrors } as const;

const manners = {
  session: "tasks by their ids",
  pull: "asks for each task",
  push: "is given tasks",
} as const;

const journeys: Readonly<Record<MoveReason, string>> = {
  redirect: "its home has lent it to the master at",
  return: "it was sent home, to the master at",
  "lease-over": "its lease is over, so it goes home, to the master at",
  unreachable: "the borrower cannot be reached, so it goes home, to the master at",
  "other-master": "another master answered in the borrower's place, so it goes home, to the master at",
};

/** What a worker tells. */
export const workerEntries: Entries<
  | "worker-connected"
  | "worker-disconnected"
  | "task-started"
  | "task-ended"
  | "results-waiting"
  | "result-given-up"
  | "order-ignored"
  | "worker-moved"
  | "redirect-refused"
  | "return-ignored"
  | "results-forgotten"
  | "worker-left"
> = {
  "worker-connected"(notice) {
    const at = formatEndpoint(notice.at);
    const master = notice.master === undefined ? {} : { master: printable(notice.master) };
    const name = notice.master === undefined ? "a master" : `master ${printable(notice.master)}`;
    const text = `works for ${name} at ${at} (${notice.talk}: ${manners[notice.talk]})`;
    return { level: "info", text, source: at, fields: { at, talk: notice.talk, ...master } };
  },
  "worker-disconnected"({ at: endpoint, isHome, reason }) {
    const at = formatEndpoint(endpoint);
    const { code } = reason;
    // A borrower is not, and that the worker goes home is said when it does.
    const next = isHome ? " It is tried again for ever." : "";
    const text = `the master at ${at} is away: ${meanings[code]} [${code}]${next}`;
    return { level: "warn", text, source: at, fields: { at, code } };
  },
  "task-started"({ task, taskType }) {
    const [type, name] = [printable(taskType), task === undefined ? "" : ` ${printable(task)}`];
    return { level: "debug", text: `task${name} (${type}) begins`, source: type, fields: { task, type } };
  },
  "task-ended"({ task, taskType, code, tookMs }) {
    const [type, name] = [printable(taskType), task === undefined ? "" : ` ${printable(task)}`];
    const how = code === undefined ? "is done" : `failed [${printable(code)}]`;
    const text = `task${name} (${type}) ${how} after ${Math.round(tookMs)} ms`;
    return { level: "debug", text, source: type, fields: { task, type, code, tookMs: Math.round(tookMs) } };
  },
  "results-waiting"({ results, bytes }) {
    const text = `${results} results (${bytes} bytes) wait for the master's acknowledgement: no more tasks are taken`;
    return { level: "warn", text, source: "", fields: { results, bytes } };
  },
  "result-given-up"({ at: endpoint, tries }) {
    const at = formatEndpoint(endpoint);
    const text = `the master at ${at} was told a result ${tries} times and never acknowledged it`;
    return { level: "warn", text, source: at, fields: { at, tries } };
  },
  "order-ignored"({ remote, word }) {
    const from = formatEndpoint(remote);
    return { level: "info", text: `ignored ${word} from ${from}`, source: remote.host, fields: { from, word } };
  },
  "worker-moved"({ from, to, why }) {
    const [left, reached] = [formatEndpoint(from), formatEndpoint(to)];
    const text = `${journeys[why]} ${reached}`;
    return { level: "info", text, source: reached, fields: { from: left, to: reached, why } };
  },
  "redirect-refused"({ remote, to, code, detail }) {
    const [from, target] = [formatEndpoint(remote), printable(formatEndpoint(to))];
    const why = detail === undefined ? "" : `It is ${detail}. `;
    const text = `does not go to ${target}, as ${from} told it to. ${why}${redirectErrors[code]} [${code}]`;
    return { level: "warn", text, source: remote.host, fields: { from, to: target, code, detail } };
  },
  "return-ignored"({ remote }) {
    const from = formatEndpoint(remote);
    return {
      level: "info",
      text: `was told by ${from} to go home, and is at home`,
      source: remote.host,
      fields: { from },
    };
  },
  "results-forgotten"({ at: endpoint, results }) {
    const at = formatEndpoint(endpoint);
    const text = `${results} results for the master at ${at} are forgotten: it was not met again in time to take them`;
    return { level: "warn", text, source: at, fields: { at, results } };
  },
  "worker-left"({ unacknowledged }) {
    const text = unacknowledged === 0 ? "leaves" : `leaves with ${unacknowledged} results that nobody acknowledged`;
    return { level: unacknowledged === 0 ? "info" : "warn", text, source: "", fields: { unacknowledged } };
  },
};
