import { epochMs, type JsonText, jsonText, taskId } from "@mutirao/primitives";
import fc from "fast-check";
import {
  type AttemptOutcome,
  checkPayload,
  PAYLOAD_DEPTH_MAX,
  reportFigureNames,
  type SendableMessage,
} from "../../src/index.ts";
import { arbitraryLending, peer } from "./arbitrary-lending.ts";
import { duration, node, optional, ordinal, shown, text } from "./arbitrary-parts.ts";

const ref = { task: text.map(taskId), attempt: ordinal };
const refs = fc.array(fc.record(ref), { maxLength: 3 });
const taskType = fc.stringMatching(/^[A-Za-z0-9._-]{1,64}$/);
const fraction = fc.double({ min: 0, max: 1, noNaN: true }).map((value) => value + 0);
const figure = fc.oneof(fc.nat(), fc.double({ min: 0, max: 1e12, noNaN: true })).map((value) => value + 0);
const positive = duration.filter((length) => length >= 1);

/** Any JSON that a task can carry. */
const anyJson: fc.Arbitrary<JsonText> = fc
  .json({ maxDepth: 6, stringUnit: "binary" })
  .map(checkPayload)
  .filter((checked) => "payload" in checked)
  .map(({ payload }) => payload);

/** A value in as many brackets as a payload may have. */
const deepJson: JsonText = jsonText(`${"[".repeat(PAYLOAD_DEPTH_MAX)}${"]".repeat(PAYLOAD_DEPTH_MAX)}`);

const payload = fc.oneof(anyJson, fc.constant(deepJson));

const outcome: fc.Arbitrary<AttemptOutcome> = fc.oneof(
  fc.record({ isOk: fc.constant(true as const), output: payload }),
  fc.record({ isOk: fc.constant(false as const), code: shown(64), message: shown(512) }),
);

const hello = fc.record(
  {
    boot: text,
    slots: fc.integer({ min: 0, max: 64 }),
    types: fc.array(taskType, { maxLength: 4 }),
    holding: refs,
    epoch: ordinal,
  },
  { ...optional, requiredKeys: ["boot", "slots", "types", "holding"] },
);

/** JSON that is there: `null` is read as absent. */
const present = anyJson.filter((json) => json !== "null");

const statusOutput = fc.record({ SALDO: present, CPF: present }, { requiredKeys: [] }).map((fields) =>
  jsonText(
    `{${Object.entries(fields)
      .map(([key, json]) => `"${key}":${json}`)
      .join(",")}}`,
  ),
);

const time = fc.integer({ min: 0, max: 253_402_300_799_999 }).map(epochMs);

const maybeFigure = fc.option(figure, { nil: undefined });
const maybeTime = fc.option(time, { nil: undefined });
const maybeText = fc.option(text, { nil: undefined });
const word = shown(64).filter((words) => words !== "");

const system = fc.record({
  uptimeS: maybeFigure,
  loadAverage1m: maybeFigure,
  loadAverage5m: maybeFigure,
  cpuPercent: maybeFigure,
  cpusLogical: maybeFigure,
  cpusPhysical: maybeFigure,
  memoryTotalMb: maybeFigure,
  memoryAvailableMb: maybeFigure,
  memoryPercent: maybeFigure,
  memoryUsedMb: maybeFigure,
  diskTotalGb: maybeFigure,
  diskFreeGb: maybeFigure,
  diskPercent: maybeFigure,
});

const farm = fc.record({
  workersTotal: maybeFigure,
  workersUtilization: maybeFigure,
  workersAlive: maybeFigure,
  workersIdle: maybeFigure,
  workersBorrowed: maybeFigure,
  workersReceived: maybeFigure,
  workersFailed: maybeFigure,
  tasksPending: maybeFigure,
  tasksRunning: maybeFigure,
});

const neighbour = fc.record({
  id: node,
  isAvailable: fc.boolean(),
  lastHeartbeatAt: fc.option(time, { nil: undefined }),
});

const reportFigures = fc.record(Object.fromEntries(reportFigureNames.map((name) => [name, figure])), {
  requiredKeys: [],
  noNullPrototype: true,
});

const reportExtension = fc.record({
  state: fc.option(word, { nil: undefined }),
  causes: fc.array(word, { maxLength: 3 }),
  since: maybeTime,
  http: maybeText,
  figures: reportFigures,
  peers: fc.array(fc.record({ id: text, at: maybeText, status: word, lastSeenAt: maybeTime }), { maxLength: 3 }),
  workers: fc.array(fc.record({ id: text, status: word, slots: maybeFigure, busy: maybeFigure, owner: maybeText }), {
    maxLength: 3,
  }),
  loans: fc.array(fc.record({ id: text, worker: text, lender: text, borrower: text, state: word, endsAt: maybeTime }), {
    maxLength: 2,
  }),
  notices: fc.array(
    fc.record({ n: fc.nat(), at: time, kind: word, data: fc.constantFrom({}, { to: "NORMAL" }, { list: [1, null] }) }),
    { maxLength: 2 },
  ),
});

/** Anything of each kind that can be sent and comes back as it was. */
export const arbitraryMessages: {
  readonly [Kind in SendableMessage["kind"]]: fc.Arbitrary<Extract<SendableMessage, { kind: Kind }>>;
} = {
  "heartbeat-request": fc.oneof(
    fc.record({ kind: fc.constant("heartbeat-request" as const), dialect: fc.constantFrom("brief", "legacy") }),
    fc.record(
      { kind: fc.constant("heartbeat-request" as const), dialect: fc.constant("class" as const), from: node, peer },
      { ...optional, requiredKeys: ["kind", "dialect", "from"] },
    ),
  ),
  "heartbeat-reply": fc.oneof(
    fc.record({ kind: fc.constant("heartbeat-reply" as const), dialect: fc.constant("legacy" as const) }),
    fc.record({
      kind: fc.constant("heartbeat-reply" as const),
      dialect: fc.constant("brief" as const),
      from: node,
    }),
    fc
      .record(
        {
          kind: fc.constant("heartbeat-reply" as const),
          dialect: fc.constant("class" as const),
          from: node,
          peer,
          leaseMs: duration,
        },
        { ...optional, requiredKeys: ["kind", "dialect", "from"] },
      )
      // Beside a lease, nothing said to a peer is as good as no peer.
      .map(({ peer: words, ...reply }) =>
        words === undefined || (reply.leaseMs !== undefined && Object.keys(words).length === 0)
          ? reply
          : { ...reply, peer: words },
      ),
  ),
  "worker-heartbeat": fc.record({ kind: fc.constant("worker-heartbeat"), worker: node }),
  "worker-alive": fc.record(
    { kind: fc.constant("worker-alive"), worker: node, owner: node, port: fc.integer({ min: 1, max: 65_535 }), hello },
    { ...optional, requiredKeys: ["kind", "worker"] },
  ),
  query: fc.record({ kind: fc.constant("query"), user: fc.oneof(anyJson, fc.constant(deepJson)) }),
  "no-task": fc.record({ kind: fc.constant("no-task") }),
  "worker-status": fc.record(
    {
      kind: fc.constant("worker-status"),
      worker: node,
      isOk: fc.boolean(),
      output: statusOutput,
      error: shown(128).filter((words) => words !== ""),
    },
    { ...optional, requiredKeys: ["kind", "isOk", "output"] },
  ),
  "status-ack": fc.record({ kind: fc.constant("status-ack"), worker: node }, { ...optional, requiredKeys: ["kind"] }),
  "keep-alive": fc.record({ kind: fc.constant("keep-alive") }),
  pong: fc.record({ kind: fc.constant("pong"), worker: node }, { ...optional, requiredKeys: ["kind"] }),
  "worker-welcome": fc.record(
    {
      kind: fc.constant("worker-welcome"),
      from: node,
      graceMs: duration,
      intervalMs: positive,
      timeoutMs: positive,
      epoch: ordinal,
      leaseMs: duration,
    },
    { ...optional, requiredKeys: ["kind", "from", "graceMs", "intervalMs", "timeoutMs"] },
  ),
  ...arbitraryLending,
  "task-batch": fc.record({
    kind: fc.constant("task-batch"),
    tasks: fc.array(fc.record({ ...ref, type: taskType, payload, timeoutMs: positive }), { maxLength: 4 }),
    cancel: refs,
  }),
  "result-batch": fc.record({
    kind: fc.constant("result-batch"),
    worker: node,
    results: fc.array(fc.record({ ...ref, outcome }), { maxLength: 4 }),
    progress: fc.array(
      fc.record({ ...ref, fraction, note: shown(128) }, { ...optional, requiredKeys: ["task", "attempt", "fraction"] }),
      { maxLength: 3 },
    ),
    isResynced: fc.boolean(),
  }),
  "result-acks": fc.record({ kind: fc.constant("result-acks"), acks: refs }),
  "performance-report": fc.record({
    kind: fc.constant("performance-report"),
    from: node,
    sentAt: maybeTime,
    messageId: fc.uuid(),
    system,
    farm,
    maxTask: maybeFigure,
    neighbours: fc.array(neighbour, { maxLength: 3 }),
    extension: fc.option(reportExtension, { nil: undefined }),
  }),
};
