import type { OptionMeta } from "@mutirao/node-core";
import { cliOptions } from "node-cli/cli-options";

const GROUPS = ["Node", "Heartbeat", "Output", "Limits"] as const;

export function optionsPage(): string {
  const metas = Object.values(cliOptions).map(({ meta }) => meta);
  const tables = GROUPS.map((group) => {
    const rows = metas.filter((meta) => meta.group === group).map(row);
    const head = "| flag | unit and range | default | what follows |\n|---|---|---|---|";
    return `## ${group}\n\n${head}\n${rows.join("\n")}\n`;
  });
  return `# Options of node-cli\n\nMade of the schema that reads them: \`pnpm fix\`. \`--help\` shows the same, \`--version\` the version.\n\n${tables.join("\n")}`;
}

function row(meta: OptionMeta): string {
  const form = meta.unit === "" ? "switch" : `${meta.unit}: ${meta.range}`;
  const fallback = meta.isRequired ? "(required)" : (meta.default ?? (meta.isRepeatable ? "none; repeatable" : "none"));
  return `| \`${meta.flag}\` | ${form} | ${fallback} | ${meta.consequence} |`.replaceAll(
    /(?<=[a-z])\|(?=[a-z])/g,
    "\\|",
  );
}
