import { createPrng } from "@mutirao/primitives";
import { describe, expect, test } from "vitest";
import { createEventLoop } from "../src/event-loop.ts";

describe("the event loop of a process", () => {
  test("handles what happens at once while it runs", () => {
    const loop = createEventLoop(createPrng("a"));
    const handled: string[] = [];
    loop.post(1, () => handled.push("one"));
    expect(handled).toEqual(["one"]);
  });

  test("a stopped process handles nothing until every stop has ended, then all of it", () => {
    const loop = createEventLoop(createPrng("a"));
    const handled: string[] = [];
    loop.stop();
    loop.stop();
    loop.post(1, () => handled.push("one"));
    loop.resume();
    expect([handled, loop.isRunning]).toEqual([[], false]);
    loop.resume();
    expect([handled, loop.isRunning]).toEqual([["one"], true]);
  });

  test("each source keeps its order; the order among sources depends on the seed", () => {
    const orders = new Set<string>();
    for (let seed = 0; seed < 20; seed++) {
      const loop = createEventLoop(createPrng(String(seed)));
      const handled: string[] = [];
      loop.stop();
      for (const what of ["a1", "b1", "a2", "b2"]) loop.post(what.charCodeAt(0), () => handled.push(what));
      loop.resume();
      expect(handled.filter((what) => what.startsWith("a"))).toEqual(["a1", "a2"]);
      expect(handled.filter((what) => what.startsWith("b"))).toEqual(["b1", "b2"]);
      orders.add(handled.join(" "));
    }
    expect(orders.size).toBeGreaterThan(3);
  });

  test("what comes while it catches up waits for its turn", () => {
    const loop = createEventLoop(createPrng("a"));
    const handled: string[] = [];
    loop.stop();
    loop.post(1, () => {
      loop.post(1, () => handled.push("second"));
      handled.push("first");
    });
    loop.resume();
    expect(handled).toEqual(["first", "second"]);
  });

  test("a dead process handles nothing any more, not even what waited", () => {
    const loop = createEventLoop(createPrng("a"));
    const handled: string[] = [];
    loop.stop();
    loop.post(1, () => handled.push("waited"));
    loop.kill();
    loop.resume();
    loop.post(1, () => handled.push("came later"));
    expect([handled, loop.isDead, loop.isRunning]).toEqual([[], true, false]);
  });
});
