import type { OptionSchema } from "@mutirao/node-core";
import { type Peer, type TaskState, type TaskSummary, taskStates, type Worker } from "@mutirao/operator-api";
import { formatEndpoint } from "@mutirao/primitives";
import { printable } from "@mutirao/protocol";
import { z } from "zod";
import { agoText, numberText, ownerText, statusCell } from "./in-words.ts";
import { showList } from "./show-list.ts";
import type { Cell, Column } from "./table.ts";
import { defineVerb } from "./verb.ts";
import { httpOption, jsonOption, numberOption } from "./verb-options.ts";

const common = { http: httpOption, json: jsonOption };

const state: OptionSchema<TaskState | undefined> = {
  meta: {
    flag: "--state <state>",
    group: "Tasks",
    unit: "word",
    range: taskStates.join(", "),
    consequence: "Only tasks in this state.",
  },
  schema: z.enum(taskStates).optional(),
};

const limit = numberOption(
  { min: 1, max: 1_000, isWhole: true },
  { flag: "--limit <n>", group: "Tasks", unit: "tasks", consequence: "How many at most; 100 if absent." },
);

export const tasksVerb = defineVerb({
  name: "tasks",
  operands: "",
  summary: "Lists tasks, the most recently accepted first.",
  table: { ...common, state, limit },
  examples: ["node-cli tasks", "node-cli tasks --state failed --limit 10 --json | jq -r '.[].id'"],
  run: (values) =>
    showList(values, (client) => client.tasks(values), { columns: taskColumns, row: taskRow, none: "no tasks" }),
});

const taskColumns: readonly Column[] = [
  { title: "ID" },
  { title: "STATE" },
  { title: "TYPE" },
  { title: "ATTEMPTS", isNumber: true },
  { title: "WORKER" },
  { title: "ACCEPTED", isNumber: true },
  { title: "WHY" },
];

function taskRow(task: TaskSummary): readonly Cell[] {
  const { error } = task;
  return [
    printable(task.id),
    statusCell(task.state),
    printable(task.type),
    `${task.attempts}`,
    task.worker === null ? "-" : printable(task.worker),
    `${agoText(task.acceptedAt, Date.now())} ago`,
    error === null ? "" : `${printable(error.message, 200)} [${printable(error.code)}]`,
  ];
}

export const workersVerb = defineVerb({
  name: "workers",
  operands: "",
  summary: "Lists the workers of a master.",
  table: common,
  examples: ["node-cli workers", "node-cli workers --http 127.0.0.1:10102 --json | jq length"],
  run: (values) =>
    showList(values, (client) => client.workers(), { columns: workerColumns, row: workerRow, none: "no workers" }),
});

export const workerColumns: readonly Column[] = [
  { title: "ID" },
  { title: "STATUS" },
  { title: "OWNER" },
  { title: "BUSY", isNumber: true },
  { title: "SLOTS", isNumber: true },
  { title: "DONE", isNumber: true },
  { title: "SEEN", isNumber: true },
  { title: "STYLE" },
  { title: "ADDRESS" },
  { title: "TYPES" },
];

export const workerRow = (worker: Worker): readonly Cell[] => [
  printable(worker.id),
  statusCell(worker.status),
  ownerText(worker),
  `${worker.running.length}`,
  `${worker.slots}`,
  numberText(worker.tasksDone),
  seenText(worker),
  worker.style ?? "-",
  printable(formatEndpoint(worker)),
  worker.types.map((type) => printable(type)).join(" "),
];

export const peersVerb = defineVerb({
  name: "peers",
  operands: "",
  summary: "Lists the other masters whose pulse a master keeps.",
  table: common,
  examples: ["node-cli peers", "node-cli peers --json | jq '.[] | select(.status != \"ALIVE\")'"],
  run: (values) =>
    showList(values, (client) => client.peers(), { columns: peerColumns, row: peerRow, none: "no peers" }),
});

export const peerColumns: readonly Column[] = [
  { title: "ID" },
  { title: "STATUS" },
  { title: "ADDRESS" },
  { title: "SEEN", isNumber: true },
];

export const peerRow = (peer: Peer): readonly Cell[] => [
  peer.id === null ? "-" : printable(peer.id),
  statusCell(peer.status),
  printable(formatEndpoint(peer)),
  seenText(peer),
];

const seenText = ({ lastSeenAt }: { readonly lastSeenAt: string | null }): string =>
  lastSeenAt === null ? "never" : `${agoText(lastSeenAt, Date.now())} ago`;
