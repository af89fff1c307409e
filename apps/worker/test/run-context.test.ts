import { expect, test } from "vitest";
import { RunContext } from "../src/child/run-context.ts";

const create = () => new RunContext("x", 1, () => {});

test("a signal that was asked for is aborted, once", () => {
  const context = create();
  const { signal } = context;
  let told = 0;
  signal.addEventListener("abort", () => {
    told += 1;
  });
  expect(signal.aborted).toBe(false);
  context.abort();
  context.abort();
  expect(signal.aborted).toBe(true);
  expect(context.signal).toBe(signal);
  expect(told).toBe(1);
});

test("a signal that is asked for late is found aborted", () => {
  const context = create();
  context.abort();
  expect(context.signal.aborted).toBe(true);
});

test("progress is told at once, then the last of what came soon after; none after the end", async () => {
  const told: unknown[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const context = new RunContext("x", 1, (_serial, progress) => {
    told.push(progress);
    if (told.length === 2) resolve();
  });
  context.progress(-3);
  context.progress(0.1, "first");
  context.progress(Number.NaN, "no number");
  context.progress(7, "n".repeat(200));
  expect(told).toStrictEqual([{ fraction: 0 }]);
  await promise;
  expect(told).toStrictEqual([{ fraction: 0 }, { fraction: 1, note: "n".repeat(128) }]);
  context.progress(0.5);
  context.close();
  context.progress(0.6);
  expect(told).toHaveLength(2);
});
