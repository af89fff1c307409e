import type { NewTask } from "@mutirao/operator-api";
import { asciiJson, printable } from "@mutirao/protocol";
import { createMasterClient, type MasterClient } from "./master-client.ts";
import { out, outJson } from "./output.ts";
import { submitFile } from "./submit-file.ts";
import { endFailure, waitForEnd } from "./task-verb.ts";
import { defineVerb, type Failure, wrongFlag } from "./verb.ts";
import { httpOption, jsonOption, numberOption, textOption, waitOption } from "./verb-options.ts";

const table = {
  http: httpOption,
  file: textOption({
    flag: "--file <path>",
    group: "Tasks",
    unit: "path",
    range: "- for stdin",
    consequence:
      'Hands in many tasks, one per line: {"type":"QUERY","payload":{"USER":"ana"}}. Each is answered by its line.',
  }),
  id: textOption({
    flag: "--id <id>",
    group: "Tasks",
    unit: "text",
    range: "1 to 128 printable ASCII characters without spaces",
    consequence: "An id of your own makes asking twice harmless. Without it the master makes one up.",
  }),
  priority: numberOption(
    { min: -100, max: 100, isWhole: true },
    { flag: "--priority <n>", group: "Tasks", unit: "number", consequence: "Higher goes first; 0 if absent." },
  ),
  timeout: numberOption(
    { min: 0.001, max: 86_400, isWhole: false },
    {
      flag: "--timeout <s>",
      group: "Tasks",
      unit: "seconds",
      consequence: "How long one attempt may take; 60 if absent.",
    },
  ),
  maxAttempts: numberOption(
    { min: 1, max: 100, isWhole: true },
    { flag: "--max-attempts <n>", group: "Tasks", unit: "attempts", consequence: "How many may fail; 3 if absent." },
  ),
  wait: waitOption,
  json: jsonOption,
} as const;

/** Hands in one task, or many. */
export const submitVerb = defineVerb({
  name: "submit",
  operands: "[<type> <payload>]",
  summary: "Hands in a task, or many from a file. Prints the id of the task, or with --wait its result.",
  table,
  examples: [
    `node-cli submit QUERY '{"USER":"ana"}' --wait`,
    `node-cli submit resize '{"file":"a.png"}' --id a.png --timeout 120 --max-attempts 1`,
    "node-cli submit --file tasks.ndjson",
    "generate-tasks | node-cli submit --file - --json > answers.ndjson",
  ],
  async run(values, operands) {
    const client = createMasterClient(values.http);
    if (values.file !== undefined) {
      const clash = fileClash(values, operands);
      return clash ?? submitFile(client, values.file, values.json);
    }
    const [type, payload, ...more] = operands;
    if (type === undefined || payload === undefined || more.length > 0) return wrongFlag(operandsProblem(operands));
    const parsed = parsePayload(payload);
    if ("failure" in parsed) return parsed.failure;
    const { id, priority, timeout, maxAttempts } = values;
    const task: NewTask = {
      type,
      payload: parsed.payload,
      ...(id === undefined ? {} : { id }),
      ...(priority === undefined ? {} : { priority }),
      ...(timeout === undefined ? {} : { timeoutMs: Math.max(1, Math.round(timeout * 1_000)) }),
      ...(maxAttempts === undefined ? {} : { maxAttempts }),
    };
    return submitOne(client, task, values);
  },
});

function fileClash(
  values: Readonly<Record<"id" | "priority" | "timeout" | "maxAttempts" | "wait", unknown>>,
  operands: readonly string[],
): Failure | undefined {
  const others = { "--id": values.id, "--priority": values.priority, "--timeout": values.timeout };
  const more = { ...others, "--max-attempts": values.maxAttempts, "--wait": values.wait || undefined };
  const [flag] = Object.entries(more).find(([, value]) => value !== undefined) ?? [];
  if (flag === undefined && operands.length === 0) return undefined;
  const what = flag ?? printable(operands[0] ?? "");
  return wrongFlag({
    code: "ERR_OPTION_CONFLICT",
    message: `${what} and --file contradict each other: with a file, each task is a line of it and says all of itself`,
  });
}

function operandsProblem(operands: readonly string[]): Parameters<typeof wrongFlag>[0] {
  const example = `as in node-cli submit QUERY '{"USER":"ana"}'`;
  if (operands.length > 2) {
    const extra = printable(operands[2] ?? "");
    return { code: "ERR_OPTION_UNKNOWN", message: `${extra} is too much: a type and a payload in quotes, ${example}` };
  }
  const missing = operands.length === 0 ? "a type and a payload are missing" : "the payload is missing";
  return { code: "ERR_OPTION_MISSING", message: `${missing}: give both, ${example}, or --file` };
}

function parsePayload(text: string): { readonly payload: unknown } | { readonly failure: Failure } {
  try {
    return { payload: JSON.parse(text) };
  } catch {
    const message = `the payload ${printable(text, 60)} is not JSON: put it in single quotes, as in '{"USER":"ana"}'`;
    return { failure: wrongFlag({ code: "ERR_OPTION_INVALID", message }) };
  }
}

async function submitOne(
  client: MasterClient,
  task: NewTask,
  { wait, json }: { readonly wait: boolean; readonly json: boolean },
): Promise<Failure | undefined> {
  const accepted = await client.submit(task);
  if ("failure" in accepted) return accepted.failure;
  const { id } = accepted.value;
  if (!wait) {
    if (json) outJson(accepted.value);
    else out(`${printable(id)}\n`);
    return undefined;
  }
  const ended = await waitForEnd(client, id);
  if ("failure" in ended) {
    const { failure } = ended;
    return { ...failure, message: `${failure.message}; the task is accepted: node-cli task ${printable(id)} --wait` };
  }
  if (json) outJson(ended.value);
  else if (ended.value.state === "done") out(`${asciiJson(ended.value.result)}\n`);
  return endFailure(ended.value);
}
