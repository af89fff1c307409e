import { type OptionMeta, type OptionSchema, optionGroups } from "@mutirao/node-core";
import { cliOptions as monitorOptions } from "load-monitor/cli-options";
import { cliOptions as masterOptions } from "master/cli-options";
import { cliOptions as nodeOptions } from "node-cli/cli-options";
import { cliOptions as workerOptions } from "worker/cli-options";

type Options = Readonly<Record<string, OptionSchema<unknown>>>;

const INTRO = `# Options

Made of the schemas that read them: \`pnpm fix\`. \`--help\` of each command shows the same, \`--version\` its version.
Times are in seconds. What a command has in common with node-cli is told there.
`;

export function optionsPage(): string {
  const shared = new Set(Object.values(nodeOptions).map(({ meta }) => textOf(meta)));
  return [
    INTRO,
    section("node-cli", nodeOptions, () => true),
    section("master", masterOptions, (meta) => !shared.has(textOf(meta)), "Every option of node-cli, and:"),
    section("worker", workerOptions, (meta) => meta.group !== "Limits" || !shared.has(textOf(meta))),
    section("load-monitor", monitorOptions, () => true),
  ].join("\n");
}

function section(name: string, options: Options, isShown: (meta: OptionMeta) => boolean, intro = ""): string {
  const metas = Object.values(options)
    .map(({ meta }) => meta)
    .filter(isShown);
  const tables = optionGroups.flatMap((group) => {
    const rows = metas.filter((meta) => meta.group === group).map(row);
    const head = "| flag | unit and range | default | what follows |\n|---|---|---|---|";
    return rows.length === 0 ? [] : [`### ${group}\n\n${head}\n${rows.join("\n")}\n`];
  });
  return `## ${name}\n\n${intro === "" ? "" : `${intro}\n\n`}${tables.join("\n")}`;
}

/** Two commands that say the same of a flag mean the same by it. */
const textOf = (meta: OptionMeta): string => JSON.stringify(meta);

function row(meta: OptionMeta): string {
  const form = meta.unit === "" ? "switch" : `${meta.unit}: ${meta.range}`;
  const fallback = meta.isRequired ? "(required)" : (meta.default ?? (meta.isRepeatable ? "none; repeatable" : "none"));
  return `| \`${meta.flag}\` | ${form} | ${fallback} | ${meta.consequence} |`.replaceAll(
    /(?<=[a-z])\|(?=[a-z])/g,
    "\\|",
  );
}
