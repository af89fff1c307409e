import { durationMs, nodeId } from "@mutirao/primitives";
import { describe, expect, test } from "vitest";
import {
  CLASS_LINE_MAX_BYTES,
  encodedBytes,
  encodeMessage,
  type ListingMessage,
  leasesThatFit,
  SESSION_LINE_MAX_BYTES,
  workersThatFit,
} from "../src/index.ts";

const workers = (count: number, suffix = "") =>
  Array.from({ length: count }, (_, index) => nodeId(`w${index}${suffix}`));
const UUID_TAIL = "-0d5f-4a52-9a53-7f1f2d1f6a10";
const leasesOf = (ids: readonly ReturnType<typeof nodeId>[]) =>
  ids.map((worker, index) => ({ worker, epoch: 10 ** (index % 10) }));

/** The message with no more than its first workers, and their leases. */
function cut(message: ListingMessage, count: number): ListingMessage {
  const few = message.workers.slice(0, count);
  const leases = leasesOf(message.workers).slice(0, count);
  switch (message.kind) {
    case "release-ack":
      return { ...message, workers: few };
    case "release-completed":
      return { ...message, workers: few, ...(message.leases === undefined ? {} : { leases }) };
    case "offer":
      return {
        ...message,
        workers: few,
        ...(message.terms === undefined ? {} : { terms: { ...message.terms, leases } }),
      };
    default:
      return {
        ...message,
        workers: few,
        ...(message.terms === undefined ? {} : { terms: { ...message.terms, leases } }),
      };
  }
}

const from = nodeId("m1");

describe.each([
  ["", 1_024],
  [UUID_TAIL, 1_024],
  ["é\u2028", 300],
  ["x".repeat(120), 1_024],
])("ids that end in %s", (suffix, count) => {
  const ids = workers(count, suffix);
  const messages: readonly ListingMessage[] = [
    { kind: "offer", dialect: "class", from, workers: ids },
    { kind: "offer", dialect: "legacy", from, workers: ids },
    { kind: "command-release", from, workers: ids, at: { host: "10.0.0.7", port: 9_101 } },
    { kind: "release-ack", from, workers: ids },
    { kind: "release-completed", workers: ids },
  ];

  test.each(messages)("$kind, to other teams' nodes", (message) => {
    const fitting = workersThatFit(message);
    expect(fitting).toBeGreaterThan(5);
    expect(encodeMessage(cut(message, fitting)).length).toBeLessThanOrEqual(CLASS_LINE_MAX_BYTES);
    expect(encodedBytes(cut(message, fitting + 1))).toBeGreaterThan(CLASS_LINE_MAX_BYTES);
    expect(workersThatFit(cut(message, fitting))).toBe(fitting);
  });
});

describe("with leases, between nodes of ours", () => {
  const ids = workers(1_024, UUID_TAIL);
  const leases = leasesOf(ids);

  test.each<ListingMessage>([
    {
      kind: "offer",
      dialect: "class",
      from,
      workers: ids,
      terms: { leases, spare: 0, waitMs: durationMs(0), isStanding: true },
    },
    { kind: "command-release", from, workers: ids, terms: { leases } },
    { kind: "release-completed", from, workers: ids, leases },
  ])("$kind", (message) => {
    const fitting = workersThatFit(message);
    expect(fitting).toBeGreaterThan(400);
    expect(encodeMessage(cut(message, fitting)).length).toBeLessThanOrEqual(SESSION_LINE_MAX_BYTES);
    expect(encodedBytes(cut(message, fitting + 1))).toBeGreaterThan(SESSION_LINE_MAX_BYTES);
  });
});

test("a list that fits is not cut, and an empty one has nobody to cut", () => {
  expect(workersThatFit({ kind: "release-ack", from, workers: workers(7) })).toBe(7);
  expect(workersThatFit({ kind: "release-ack", from, workers: [] })).toBe(0);
});

test("the last lease that is cut frees no comma, to the byte", () => {
  const ids = workers(410, "x".repeat(116));
  const leases = leasesOf(ids.slice(-2));
  const message = (padding: number, count: number): ListingMessage => ({
    kind: "release-completed",
    from: nodeId("m".repeat(padding)),
    workers: ids.slice(0, count),
    leases: leases.slice(0, Math.max(0, count - 408)),
  });
  for (let padding = 1; padding <= 128; padding++) {
    const fitting = workersThatFit(message(padding, ids.length));
    expect(fitting).toBeLessThan(ids.length);
    expect(encodedBytes(message(padding, fitting))).toBeLessThanOrEqual(SESSION_LINE_MAX_BYTES);
    expect(encodedBytes(message(padding, fitting + 1))).toBeGreaterThan(SESSION_LINE_MAX_BYTES);
  }
});

describe("leases in a beat", () => {
  test.each(["", "x".repeat(120), '"'.repeat(120), "\u00e9".repeat(120)])("with ids that end in %s", (suffix) => {
    const guests = leasesOf(workers(512, suffix));
    const longest = nodeId('"'.repeat(128));
    const beat = (named: typeof guests) =>
      encodedBytes({ kind: "heartbeat-reply", dialect: "class", from: longest, peer: { wanted: named } });
    const fitting = leasesThatFit(guests);
    expect(beat(guests.slice(0, fitting))).toBeLessThanOrEqual(SESSION_LINE_MAX_BYTES);
    // What is left is room for the figures.
    if (fitting < 512) expect(beat(guests.slice(0, fitting + 6))).toBeGreaterThan(SESSION_LINE_MAX_BYTES - 4_096);
  });
});
