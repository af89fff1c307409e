import { beatErrors, optionErrors } from "@mutirao/node-core";
import { lineErrors } from "@mutirao/protocol";
import { transportErrors } from "@mutirao/transport";
import { listenErrors } from "node-cli/listen-problem";

/** Every code that a user can meet, by where it comes from. No code is in two tables. */
export const errorTables = [
  { title: "Lines", intro: "What is wrong with a line that somebody sent.", errors: lineErrors },
  {
    title: "Connections",
    intro: "Why a connection ended, or why a beat brought no answer.",
    errors: { ...transportErrors, ...beatErrors },
  },
  { title: "Options", intro: "What is wrong with the flags. Exit code 2.", errors: optionErrors },
  { title: "Listening", intro: "Why a node could not begin. Exit code 2.", errors: listenErrors },
] as const satisfies readonly { title: string; intro: string; errors: Readonly<Record<string, string>> }[];

export function errorsPage(): string {
  const tables = errorTables.map(({ title, intro, errors }) => {
    const entries = Object.entries(errors).map(([code, meaning]) => `### ${code}\n\n${meaning}\n`);
    return `## ${title}\n\n${intro}\n\n${entries.join("\n")}`;
  });
  return `# Errors\n\nEvery error has a code that does not change. This page is made of the tables in the code: \`pnpm fix\`.\n\n${tables.join("\n")}`;
}
