import { crashErrors, listenErrors } from "@mutirao/command";
import {
  attemptErrors,
  beatErrors,
  masterErrors,
  optionErrors,
  orderErrors,
  redirectErrors,
  taskErrors,
} from "@mutirao/node-core";
import { apiErrors } from "@mutirao/operator-api";
import { lineErrors, refusalCodes } from "@mutirao/protocol";
import { storeErrors } from "@mutirao/task-store";
import { transportErrors } from "@mutirao/transport";
import { monitorErrors } from "load-monitor/monitor-errors";
import { verbErrors } from "node-cli/verb-errors";
import { handlerErrors, taskRunErrors } from "worker/run-errors";

/** Every code that a user can meet, by where it comes from. No code is in two tables. */
export const errorTables = [
  { title: "Lines", intro: "What is wrong with a line that somebody sent.", errors: lineErrors },
  {
    title: "Connections",
    intro: "Why a connection ended, or why a beat brought no answer.",
    errors: { ...transportErrors, ...beatErrors, ...masterErrors },
  },
  { title: "Tasks", intro: "Why a master refuses what it is asked.", errors: taskErrors },
  {
    title: "Orders",
    intro: "Why a master does not lend, borrow or call back what an operator wants moved by hand.",
    errors: orderErrors,
  },
  { title: "Lending", intro: "Why a master lends nobody, as it tells another of ours.", errors: refusalCodes },
  { title: "Redirections", intro: "Why a worker does not go where it is sent.", errors: redirectErrors },
  {
    title: "Attempts",
    intro: "Why an attempt at a task brought no result. A handler may add codes of its own (`TaskFailure`).",
    errors: { ...attemptErrors, ...taskRunErrors },
  },
  { title: "Handlers", intro: "Why a worker cannot begin. Exit code 2.", errors: handlerErrors },
  {
    title: "The store",
    intro: "What is wrong with a data directory. Exit code 2 at the start, 3 later.",
    errors: storeErrors,
  },
  {
    title: "The HTTP API",
    intro: "What is wrong with a request, as a problem document (RFC 9457).",
    errors: apiErrors,
  },
  {
    title: "The load monitor",
    intro: "What is wrong with a line sent to it, or with its history.",
    errors: monitorErrors,
  },
  { title: "Verbs", intro: "Why a verb of node-cli failed. Its exit code is told by `--help`.", errors: verbErrors },
  { title: "Options", intro: "What is wrong with the flags. Exit code 2.", errors: optionErrors },
  { title: "Listening", intro: "Why a node could not begin. Exit code 2.", errors: listenErrors },
  { title: "Crashes", intro: "What a mistake of ours does to its process.", errors: crashErrors },
] as const satisfies readonly { title: string; intro: string; errors: Readonly<Record<string, string>> }[];

export function errorsPage(): string {
  const tables = errorTables.map(({ title, intro, errors }) => {
    const entries = Object.entries(errors).map(([code, meaning]) => `### ${code}\n\n${meaning}\n`);
    return `## ${title}\n\n${intro}\n\n${entries.join("\n")}`;
  });
  return `# Errors\n\nEvery error has a code that does not change. This page is made of the tables in the code: \`pnpm fix\`.\n\n${tables.join("\n")}`;
}
