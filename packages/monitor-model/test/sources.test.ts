import { instantMs } from "@mutirao/primitives";
import { expect, test } from "vitest";
import { createBench } from "./support/bench.ts";

test("bad lines are counted by sender and by what is wrong, the worst sender first", () => {
  const { model, now } = createBench();
  for (const [host, code] of [
    ["a", "X"],
    ["b", "X"],
    ["b", "Y"],
    ["b", "Y"],
  ] as const) {
    model.onViolation(host, { code, detail: `${code} at ${host}` }, now);
  }
  expect(model.parts().sources).toMatchObject([
    { host: "b", violations: 3, byCode: { X: 1, Y: 2 }, lastCode: "Y", lastDetail: "Y at b" },
    { host: "a", violations: 1, byCode: { X: 1 } },
  ]);
  expect(model.status()).toMatchObject({ violations: 4 });
  expect(model.take()?.sources).toHaveLength(2);
});

test("a sender that floods is read no faster than others could bear, and the others are read as before", () => {
  const { model } = createBench();
  let admitted = 0;
  for (let count = 0; count < 100_000; count++) if (model.admits("flood", 100, instantMs(count / 100))) admitted++;
  expect(admitted).toBeGreaterThan(2_000);
  expect(admitted).toBeLessThan(3_000);
  expect(model.admits("other", 100, instantMs(1_000))).toBe(true);
  expect(model.status()).toMatchObject({ dropped: 100_000 - admitted });
  expect(model.admits("flood", 100, instantMs(11_000))).toBe(true);
});

test("long lines cost more than short ones", () => {
  const { model, now } = createBench();
  let admitted = 0;
  while (model.admits("flood", 65_536, now)) admitted++;
  expect(admitted).toBe(125);
});

test("the table of senders has a limit", () => {
  const { model, now } = createBench();
  for (let count = 0; count < 10_000; count++) model.onViolation(`host-${count}`, { code: "X", detail: "" }, now);
  for (let count = 0; count < 100; count++) model.onViolation("one", { code: `X${count}`, detail: "" }, now);
  const { sources } = model.parts();
  expect(sources).toHaveLength(64);
  expect(Object.keys(sources[0]?.byCode ?? {})).toHaveLength(32);
});
