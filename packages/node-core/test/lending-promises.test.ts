import { instantMs, seconds } from "@mutirao/primitives";
import { describe, expect, test } from "vitest";
import { requestId } from "../src/index.ts";
import { endpointOf } from "./support/town.ts";
import { expectAllWell, once, toTheEnd, twoMasters } from "./support/two-masters.ts";

type Scene = ReturnType<typeof twoMasters>;

const brokenIn = ({ town }: Pick<Scene, "town">) =>
  town.notices.flatMap(({ who, notice }) => (notice.kind === "promise-broken" ? [`${who} ${notice.worker}`] : []));

describe("a promise is a forecast", () => {
  test("a borrower that never sees its promised worker forgets it, and does its tasks without", () => {
    const scene = twoMasters();
    // It is told to go, and cannot get there.
    scene.town.cut("w2", "m1");
    scene.m1.submits("a", "b", "c");
    scene.town.passTo(10);
    expect(brokenIn(scene)).toContain("m1 w2");
    expect(scene.m1.loans()).toEqual([]);
    toTheEnd(scene, 60);
    expect(scene.m1.done.toSorted()).toEqual(["a", "b", "c"]);
    expectAllWell(scene, ["a", "b", "c"]);
  });

  test("AVAILABLE is late, and the worker is quicker: it is no promise that was broken, nor a worker still to come", () => {
    const scene = twoMasters();
    scene.town.lines(once("hold", "m2", "m1", "AVAILABLE"));
    scene.m1.submits("a", "b", "c");
    scene.town.passTo(6);
    expect(scene.m1.loans()).toEqual(["in w2@1 held"]);
    scene.town.letGo();
    toTheEnd(scene, 40);
    expect(brokenIn(scene)).toEqual([]);
    expectAllWell(scene, ["a", "b", "c"]);
  });

  test("nor is it if the worker is about to go home again by then", () => {
    const scene = twoMasters();
    const { town, m1, m2, w2 } = scene;
    town.lines(once("hold", "m2", "m1", "AVAILABLE"));
    m1.submits("a", "b", "c");
    town.passTo(6);
    m2.submits("x", "y");
    town.passTo(6.1);
    town.lines(once("drop", "m2", "m1", "RELEASE_ACK"));
    w2.finishes();
    town.settle();
    expect(m1.loans()).toEqual(["in w2@1 releasing"]);
    town.letGo();
    toTheEnd(scene, 40);
    expect(brokenIn(scene)).toEqual([]);
    expectAllWell(scene, ["a", "b", "c", "x", "y"]);
  });

  test("nor is it sent away because nothing waits, if it was asked for", () => {
    const { town, m1 } = twoMasters();
    town.lines(once("hold", "m2", "m1", "AVAILABLE"));
    m1.handle({ type: "borrow", request: requestId(99), peer: undefined, workers: 1 });
    town.settle();
    expect(m1.loans()).toEqual(["in w2@1 held"]);
    town.letGo();
    expect(m1.node.loans({ limit: 1 }, instantMs(5_000))).toMatchObject([{ state: "held", reason: "it has come" }]);
  });

  test("a worker that is lost at a peer does not bar that peer's from coming: they would travel to and fro", () => {
    const { town, m1, m2, w1, w2 } = twoMasters();
    m2.submits("a", "b", "c");
    town.passTo(6);
    expect(m1.loans()).toEqual(["out w1@1 lent"]);
    // For good: no master will hear of it again.
    w1.crash();
    for (let second = 7; second < 60; second++) {
      town.passTo(second);
      w2.finishes();
    }
    expect(m1.loans()).toEqual(["out w1@1 lost"]);
    m1.submits("x");
    town.passTo(62);
    expect(m1.loans()).toEqual(["out w1@1 lost", "in w2@1 held"]);
    expect(w2.running.size).toBe(1);
  });

  test("a guest that comes with a task and may not stay has the whole grace to finish it", () => {
    const { town, m1, w2 } = twoMasters({ graceMs: seconds(60) });
    m1.submits("a", "b", "c");
    town.passTo(6);
    town.forges("m1", endpointOf("m2").host, {
      SERVER_UUID: "m2",
      RESPONSE: "RELEASE_COMPLETED",
      WORKERS_UUID: ["w2"],
      EXT: { v: 1, leases: [["w2", 1]] },
    });
    town.passTo(7);
    expect(m1.loans()).toEqual(["in w2@1 releasing"]);
    // It has been told to go three times by now.
    town.passTo(30);
    w2.finishes();
    expect(m1.done).toEqual(["b"]);
    town.passTo(32);
    expect(m1.loans()).toEqual(["in w2@1 left"]);
    expect(w2.node.status()).toMatchObject({ isAway: false, phase: "connected" });
    expect(town.notices.filter(({ notice }) => notice.kind === "guest-unreturnable")).toEqual([]);
  });

  test("a master that was away begins anew with tasks: unknown at first, it has its first guest two beats later", () => {
    const { town, m1, w2 } = twoMasters();
    m1.crash();
    town.passTo(40);
    m1.restart();
    m1.submits("a", "b", "c");
    town.passTo(42);
    expect(town.said.some(({ from, line }) => from === "m2" && line.includes("LEND_UNKNOWN_PEER"))).toBe(true);
    town.passTo(45);
    expect(m1.loans()).toEqual(["in w2@1 held"]);
    expect(w2.running.size).toBe(1);
  });
});
