import type { Notice } from "@mutirao/node-core";
import { durationMs, nodeId, taskId } from "@mutirao/primitives";
import { pino } from "pino";
import { describe, expect, test } from "vitest";
import { createNoticeLog } from "../src/index.ts";

const at = { host: "127.0.0.1", port: 9102 };

/** A real logger that writes to a list, and a clock that the test sets. */
function createLog(level = "debug") {
  const lines: Record<string, unknown>[] = [];
  const clock = { nowMs: 0 };
  const logger = pino({ level, base: null }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  return { lines, clock, log: createNoticeLog(logger, () => clock.nowMs) };
}

const transition = (to: "ALIVE" | "TIMEOUT", peer = "b"): Notice => ({
  kind: "peer-transitioned",
  transition: { peer: nodeId(peer), endpoint: at, from: "ALIVE", to, reason: "silent" },
});
const refused: Notice = { kind: "beat-failed", peer: at, reason: { code: "ERR_DIAL_REFUSED", detail: "ECONNREFUSED" } };

const notices: readonly Notice[] = [
  transition("ALIVE"),
  transition("TIMEOUT"),
  refused,
  { kind: "peer-moved", peer: nodeId("b"), from: at, to: { host: "::1", port: 1 } },
  { kind: "id-shared", peer: nodeId("b"), at: [at, { host: "::1", port: 1 }] },
  { kind: "self-found", at },
  { kind: "stalled", lateByMs: durationMs(12_345.678) },
  { kind: "stranger-heard", stranger: nodeId("s"), remote: at },
  { kind: "line-refused", remote: at, violation: { code: "ERR_LINE_NOT_JSON", detail: "not JSON: x", fatal: false } },
  { kind: "source-muted", host: "10.0.0.9", forMs: durationMs(60_000) },
  { kind: "message-unknown", remote: at, word: "TASK DANCE" },
];

test.each(notices.map((notice) => [notice.kind, notice] as const))(
  "%s is a sentence with its figures",
  (kind, notice) => {
    const { lines, log } = createLog();
    log(notice);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({ event: kind, msg: expect.stringMatching(/^[ -~]{10,}$/) });
  },
);

test.each([
  [true, /It is tried again for ever\.$/],
  [false, /\[ERR_DIAL_REFUSED\]$/],
])("a master that is away is tried again for ever only if it is the worker's home (%s)", (isHome, ending) => {
  const { lines, log } = createLog();
  log({ kind: "worker-disconnected", at, isHome, reason: { code: "ERR_DIAL_REFUSED", detail: "ECONNREFUSED" } });
  expect(lines[0]).toMatchObject({ msg: expect.stringMatching(ending) });
});

test("the registry's turn is no news", () => {
  const { lines, log } = createLog();
  log({ kind: "registry-due" });
  expect(lines).toEqual([]);
});

test("foreign text can neither forge a line nor steer a terminal", () => {
  const { lines, log } = createLog();
  log(transition("TIMEOUT", '\u001b[31m\n{"level":60}\u202e'));
  expect(lines).toHaveLength(1);
  expect(JSON.stringify(lines)).toMatch(/^[ -~]+$/);
});

describe("rations", () => {
  test("ten a minute of a kind and source, then a count with the next", () => {
    const { lines, clock, log } = createLog();
    for (let count = 0; count < 25; count++) log(transition("TIMEOUT"));
    log(transition("TIMEOUT", "c"));
    expect(lines).toHaveLength(11);
    clock.nowMs = 60_000;
    log(transition("TIMEOUT"));
    expect(lines.at(-1)).toMatchObject({ leftOut: 15 });
    log(transition("TIMEOUT"));
    expect(lines.at(-1)).not.toHaveProperty("leftOut");
  });

  test("why beats fail is told again only when it changes, or after the peer was back", () => {
    const { lines, log } = createLog("info");
    for (let count = 0; count < 5; count++) log(refused);
    log({ ...refused, reason: { code: "ERR_DIAL_TIMEOUT" } });
    log(refused);
    log(transition("ALIVE"));
    log(refused);
    expect(lines.map(({ event, code }) => code ?? event)).toEqual([
      "ERR_DIAL_REFUSED",
      "ERR_DIAL_TIMEOUT",
      "ERR_DIAL_REFUSED",
      "peer-transitioned",
      "ERR_DIAL_REFUSED",
    ]);
  });
});

test("what comes with every task that is well is not even put into words where nobody reads it", () => {
  let looks = 0;
  const recorded = (state: "done" | "dead"): Notice => ({
    kind: "task-recorded",
    state,
    taskType: "QUERY",
    worker: undefined,
    get task() {
      looks++;
      return taskId("a");
    },
  });
  const { lines, log } = createLog("info");
  log(recorded("done"));
  expect([looks, lines]).toEqual([0, []]);
  log(recorded("dead"));
  expect(lines).toMatchObject([{ event: "task-recorded", state: "dead" }]);
});
