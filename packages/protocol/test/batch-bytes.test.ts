import { durationMs, jsonText, nodeId, taskId } from "@mutirao/primitives";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type AttemptRef,
  assignmentBytes,
  attemptProgressBytes,
  attemptRefBytes,
  attemptResultBytes,
  BATCH_FRAME_BYTES,
  encodedBytes,
  encodeMessage,
  ITEMS_MAX,
  PAYLOAD_MAX_BYTES,
  SESSION_LINE_MAX_BYTES,
  type SendableMessage,
} from "../src/index.ts";
import { arbitraryMessages } from "./support/arbitrary-messages.ts";

const total = <T>(items: readonly T[], bytesOf: (item: T) => number): number =>
  items.reduce((sum, item) => sum + bytesOf(item), 0);

/** What is said to be enough for a batch. */
function estimate(message: SendableMessage): number {
  switch (message.kind) {
    case "task-batch":
      return total(message.tasks, assignmentBytes) + total(message.cancel, attemptRefBytes);
    case "result-batch":
      return total(message.results, attemptResultBytes) + total(message.progress, attemptProgressBytes);
    case "result-acks":
      return total(message.acks, attemptRefBytes);
    default:
      throw new Error("no batch");
  }
}

describe.each(["task-batch", "result-batch", "result-acks"] as const)("%s", (kind) => {
  test("takes no more than its items and its frame are said to take", () => {
    fc.assert(
      fc.property(arbitraryMessages[kind], (message) => {
        expect(encodedBytes(message)).toBeLessThanOrEqual(BATCH_FRAME_BYTES + estimate(message));
      }),
      { numRuns: 2_000 },
    );
  });
});

const uuid = "4b3e7c1a-0d5f-4a52-9a53-7f1f2d1f6a10";

test("of common items nearly as much is said as they take", () => {
  const ref = { task: taskId(uuid), attempt: 1 };
  const task = { ...ref, type: "QUERY", payload: jsonText('{"USER":"ana"}'), timeoutMs: durationMs(60_000) };
  const result = { ...ref, outcome: { isOk: true, output: jsonText('{"SALDO":12.5}') } } as const;
  const many = { length: 100 };
  const messages = [
    { kind: "task-batch", tasks: Array.from(many, () => task), cancel: [] },
    { kind: "task-batch", tasks: [], cancel: Array.from(many, () => ref) },
    {
      kind: "result-batch",
      worker: nodeId("w1"),
      results: Array.from(many, () => result),
      progress: [],
      isResynced: true,
    },
  ] as const;
  for (const message of messages) expect(estimate(message)).toBeLessThan(2 * encodedBytes(message));
});

describe("the largest single items fit into a line", () => {
  const ref: AttemptRef = { task: taskId("\u2028".repeat(128)), attempt: Number.MAX_SAFE_INTEGER };
  const worker = nodeId("\u2028".repeat(128));
  const json = jsonText(`"${"x".repeat(PAYLOAD_MAX_BYTES - 2)}"`);
  const words = '"\\'.repeat(1_000);
  const fraction = 1 / 3;
  test.each<SendableMessage>([
    {
      kind: "task-batch",
      tasks: [{ ...ref, type: "QUERY", payload: json, timeoutMs: durationMs(1e9 / 7) }],
      cancel: [],
    },
    {
      kind: "result-batch",
      worker,
      results: [{ ...ref, outcome: { isOk: true, output: json } }],
      progress: [],
      isResynced: true,
    },
    {
      kind: "result-batch",
      worker,
      results: [{ ...ref, outcome: { isOk: false, code: words, message: words } }],
      progress: [{ ...ref, fraction, note: words }],
      isResynced: true,
    },
    {
      kind: "result-batch",
      worker,
      results: [],
      progress: [{ ...ref, fraction, note: "é".repeat(500) }],
      isResynced: true,
    },
  ])("$kind", (message) => {
    expect(estimate(message) + BATCH_FRAME_BYTES).toBeLessThanOrEqual(SESSION_LINE_MAX_BYTES);
    expect(encodeMessage(message).length).toBeLessThanOrEqual(estimate(message) + BATCH_FRAME_BYTES);
  });

  test("and so do as many acknowledgements as a list may have", () => {
    const acks = Array.from({ length: ITEMS_MAX }, (_, index) => ({ task: taskId(uuid), attempt: index + 1 }));
    const message = { kind: "result-acks", acks } as const;
    expect(encodeMessage(message).length).toBeLessThanOrEqual(BATCH_FRAME_BYTES + estimate(message));
  });
});
