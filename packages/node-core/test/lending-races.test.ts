import { instantMs } from "@mutirao/primitives";
import { describe, expect, test } from "vitest";
import { requestId } from "../src/index.ts";
import { createTown, endpointOf, type Saying } from "./support/town.ts";
import { expectAllWell, isFrom, once, toTheEnd, twoMasters } from "./support/two-masters.ts";

describe("what may cross, be lost or be repeated", () => {
  test("a burst is shared, and the worker comes home", () => {
    const scene = twoMasters();
    scene.m1.submits("a", "b", "c");
    scene.town.passTo(6);
    expect(scene.m2.loans()).toEqual(["out w2@1 lent"]);
    expect(scene.w2.running.size).toBe(1);
    toTheEnd(scene, 30);
    expectAllWell(scene, ["a", "b", "c"]);
  });

  test("AVAILABLE is lost, and the worker arrives unannounced: it is served", () => {
    const scene = twoMasters();
    scene.town.lines(once("drop", "m2", "m1", "AVAILABLE"));
    scene.m1.submits("a", "b", "c");
    scene.town.passTo(6);
    expect(scene.w2.running.size).toBe(1);
    toTheEnd(scene, 40);
    expectAllWell(scene, ["a", "b", "c"]);
  });

  test("REDIRECT is lost: it is said again when the worker comes anew, or the offer is cancelled and the worker stays", () => {
    const scene = twoMasters();
    scene.town.lines(once("drop", "m2", "w2", "REDIRECT"));
    scene.m1.submits("a", "b", "c");
    scene.town.passTo(6);
    expect(scene.m2.loans()).toEqual(["out w2@1 offered"]);
    toTheEnd(scene, 40);
    expectAllWell(scene, ["a", "b", "c"]);
    expect(scene.m2.leases.get("w2")).toMatchObject({ borrower: undefined });
  });

  test("a stale REDIRECT after coming home: an equal epoch is refused", () => {
    const scene = twoMasters();
    let redirect: Saying | undefined;
    scene.town.lines((saying) => {
      if (isFrom(saying, "m2", "w2", "REDIRECT")) redirect = saying;
      return "pass";
    });
    scene.m1.submits("a", "b", "c");
    scene.town.passTo(6);
    toTheEnd(scene, 30);
    expectAllWell(scene, ["a", "b", "c"]);
    scene.town.repeats(redirect, "m2", "w2");
    scene.town.passTo(31);
    expect(scene.w2.node.status().isAway).toBe(false);
    expect(scene.town.notices.at(-1)).toMatchObject({ who: "w2", notice: { kind: "redirect-refused" } });
  });

  test("an offer is cancelled while REDIRECT is under way: the worker serves, and is bounced home", () => {
    const scene = twoMasters();
    scene.town.lines(once("hold", "m2", "w2", "REDIRECT"));
    scene.m1.submits("a", "b", "c", "d", "e");
    scene.town.passTo(20);
    // The number after it is spent by the cancellation, so the next offer has the third.
    expect(scene.m2.loans()).toEqual(["out w2@1 home", "out w2@3 lent"]);
    scene.town.letGo();
    // The tasks took long, and so does the patience with a guest that is idle.
    toTheEnd(scene, 120);
    expectAllWell(scene, ["a", "b", "c", "d", "e"]);
  });

  test("RELEASE_ACK is lost: the notice is repeated, and every answer is idempotent", () => {
    const scene = twoMasters();
    scene.town.lines(once("drop", "m2", "m1", "RELEASE_ACK"));
    scene.m1.submits("a", "b", "c");
    toTheEnd(scene, 40);
    expect(scene.town.lineCount("m1", "m2", "COMMAND_RELEASE")).toBe(2);
    expectAllWell(scene, ["a", "b", "c"]);
  });

  test("COMMAND_RELEASE is lost", () => {
    const scene = twoMasters();
    scene.town.lines(once("drop", "m1", "m2", "COMMAND_RELEASE"));
    scene.m1.submits("a", "b", "c");
    toTheEnd(scene, 40);
    expectAllWell(scene, ["a", "b", "c"]);
  });

  test("RETURN is lost: it is said again", () => {
    const scene = twoMasters();
    scene.town.lines(once("drop", "m1", "w2", "RETURN"));
    scene.m1.submits("a", "b", "c");
    toTheEnd(scene, 40);
    expectAllWell(scene, ["a", "b", "c"]);
  });

  test("RELEASE_COMPLETED is lost", () => {
    const scene = twoMasters();
    scene.town.lines(once("drop", "m2", "m1", "RELEASE_COMPLETED", 5));
    scene.m1.submits("a", "b", "c");
    toTheEnd(scene, 40);
    expectAllWell(scene, ["a", "b", "c"]);
  });

  test("RELEASE_COMPLETED comes early, or of an earlier lease: nothing changes", () => {
    const scene = twoMasters();
    scene.m1.submits("a", "b", "c");
    scene.town.passTo(6);
    for (const epoch of [undefined, 0, 2]) {
      const leases = epoch === undefined ? {} : { EXT: { v: 1, leases: epoch === 0 ? [] : [["w2", epoch]] } };
      scene.town.forges("m1", endpointOf("m2").host, {
        SERVER_UUID: "m2",
        RESPONSE: "RELEASE_COMPLETED",
        WORKERS_UUID: ["w2"],
        ...leases,
      });
    }
    expect(scene.m1.loans()).toEqual(["in w2@1 held"]);
    toTheEnd(scene, 30);
    expectAllWell(scene, ["a", "b", "c"]);
  });

  test("a reclaim crosses the release: one RETURN, one closed lease", () => {
    const scene = twoMasters();
    scene.m1.submits("a", "b", "c");
    scene.town.passTo(6);
    // The guest has nothing more to do; while its release is on the way, its owner is in need itself.
    scene.town.lines(once("hold", "m1", "m2", "COMMAND_RELEASE"));
    for (const worker of [scene.w1, scene.w2]) worker.finishes();
    for (const worker of [scene.w1, scene.w2]) worker.finishes();
    scene.town.passTo(7);
    scene.m2.submits("x", "y", "z");
    scene.town.letGo();
    toTheEnd(scene, 40);
    expectAllWell(scene, ["a", "b", "c", "x", "y", "z"]);
  });
});

describe("who owns a worker has it back", () => {
  test("an owner in need reclaims; the worker finishes its task, reports it to whom it is due, and comes home", () => {
    const scene = twoMasters();
    scene.m1.submits("a", "b", "c", "d");
    scene.town.passTo(6);
    expect(scene.w2.running.size).toBe(1);
    scene.m2.submits("x", "y");
    scene.town.passTo(7);
    expect(scene.town.lineCount("m2", "m1", "COMMAND_RELEASE")).toBe(1);
    scene.w2.finishes();
    scene.town.passTo(8);
    // Home within one task's end and the move: it has the owner's task already.
    expect(scene.w2.node.status()).toMatchObject({ isAway: false, running: 1 });
    expect(scene.m1.done).toHaveLength(1);
    toTheEnd(scene, 40);
    expectAllWell(scene, ["a", "b", "c", "d", "x", "y"]);
  });

  /** How many attempts were begun for each task of m1, and how many of them count against it. */
  const attemptsOf = ({ m1 }: ReturnType<typeof twoMasters>): readonly string[] =>
    [...m1.tasks.values()]
      .map(({ id, status: { attempts, failures, losses } }) => `${id}: ${attempts} begun, ${failures + losses} count`)
      .toSorted();

  test("a reclaim costs no task an attempt: what the guest runs is its first and its last", () => {
    const scene = twoMasters();
    scene.m1.submits("a", "b", "c", "d");
    scene.town.passTo(6);
    scene.m2.submits("x", "y");
    scene.town.passTo(7);
    expect(scene.w2.running.size).toBe(1);
    // It takes its time, and is given nothing more.
    scene.town.passTo(20);
    expect(scene.w2.running.size).toBe(1);
    toTheEnd(scene, 60);
    expectAllWell(scene, ["a", "b", "c", "d", "x", "y"]);
    expect(attemptsOf(scene)).toEqual(["a", "b", "c", "d"].map((id) => `${id}: 1 begun, 0 count`));
  });

  test("nor does one whose worker is home before what it runs is reported: the task is somebody else's first", () => {
    const scene = twoMasters();
    scene.m1.submits("a", "b", "c");
    scene.town.passTo(6);
    expect(scene.w2.running.size).toBe(1);
    scene.w2.crash();
    scene.town.forges("m1", endpointOf("m2").host, {
      SERVER_UUID: "m2",
      RESPONSE: "RELEASE_COMPLETED",
      WORKERS_UUID: ["w2"],
      EXT: { v: 1, leases: [["w2", 1]] },
    });
    expect(scene.m1.loans()).toEqual(["in w2@1 left"]);
    for (let second = 7; second < 20; second++) {
      scene.town.passTo(second);
      scene.w1.finishes();
    }
    expect(attemptsOf(scene)).toEqual(["a: 1 begun, 0 count", "b: 2 begun, 0 count", "c: 1 begun, 0 count"]);
    expect(scene.town.notices.filter(({ notice }) => notice.kind === "attempt-failed")).toEqual([]);
  });

  test("a lost reclaim is repeated", () => {
    const scene = twoMasters();
    scene.m1.submits("a", "b", "c", "d");
    scene.town.passTo(6);
    scene.town.lines(once("drop", "m2", "m1", "COMMAND_RELEASE", 2));
    scene.m2.submits("x", "y");
    toTheEnd(scene, 40);
    expectAllWell(scene, ["a", "b", "c", "d", "x", "y"]);
  });

  test("a guest that was to go back dies: its borrower owes nobody any more, and counts on all that it has", () => {
    const { town, m1, m2, w1, w2 } = twoMasters();
    m1.submits("a", "b", "c", "d");
    town.passTo(6);
    m2.submits("x", "y");
    town.passTo(7);
    expect(m1.loans()).toEqual(["in w2@1 held"]);
    w2.crash();
    for (let second = 8; second < 60; second++) {
      town.passTo(second);
      w1.finishes();
    }
    expect(m1.loans()).toContain("in w2@1 left");
    const beat = town.said.findLast((saying) => isFrom(saying, "m1", "m2", "HEARTBEAT"));
    expect(beat?.line).toContain('"workers":1');
  });

  test("a lost reclaim is repeated, although another that was on its way before has come home", () => {
    const { town, m1, m2 } = twoMasters();
    town.worker("w3", "m2");
    town.passTo(7);
    m1.submits("a", "b", "c", "d", "e", "f");
    town.passTo(8);
    town.cut("w3", "m2");
    const release = { SERVER_UUID: "m1", TASK: "COMMAND_RELEASE", EXT: { v: 1, leases: [["w3", 1]] } };
    town.forges("m2", endpointOf("m1").host, { ...release, WORKERS_UUID: ["w3"] });
    town.passTo(9);
    town.lines(once("drop", "m2", "m1", "COMMAND_RELEASE"));
    m2.handle({ type: "reclaim", request: requestId(99), what: { loan: "w2@1" } });
    town.settle();
    expect(m2.loans()).toEqual(["out w2@1 lent", "out w3@1 returning"]);
    const alive = { WORKER: "ALIVE", WORKER_UUID: "w3" };
    const mind = { v: 1, boot: "w3-9", slots: 1, types: ["QUERY"], holding: [], epoch: 1 };
    town.forges("m2", "127.0.9.9", { ...alive, EXT: mind });
    expect(m2.loans()).toEqual(["out w2@1 lent", "out w3@1 home"]);
    town.passTo(12);
    expect(town.lineCount("m2", "m1", "COMMAND_RELEASE")).toBe(1);
  });

  test("both masters are saturated at once: nobody moves", () => {
    const scene = twoMasters();
    scene.m1.submits("a", "b", "c");
    scene.m2.submits("x", "y", "z");
    scene.town.passTo(7);
    // The first may have been quicker than the other's burst; the owner has its worker back then.
    toTheEnd(scene, 60);
    expectAllWell(scene, ["a", "b", "c", "x", "y", "z"]);
  });

  test("three masters in a ring that ask each other", () => {
    const town = createTown();
    const masters = [town.master("m1", ["m2"]), town.master("m2", ["m3"]), town.master("m3", ["m1"])];
    const workers = [town.worker("w1", "m1"), town.worker("w2", "m2"), town.worker("w3", "m3")];
    town.passTo(5);
    for (const master of masters) master.submits(...["a", "b", "c"].map((id) => `${master.name}${id}`));
    for (let second = 6; second < 60; second++) {
      town.passTo(second);
      for (const worker of workers) worker.finishes();
    }
    expect(masters.map(({ done }) => done.length)).toEqual([3, 3, 3]);
    expect(workers.map(({ node }) => node.status().isAway)).toEqual([false, false, false]);
    expect(masters.flatMap((master) => master.loans()).filter((loan) => !/ (?:home|left)$/.test(loan))).toEqual([]);
  });
});

describe("who crashes, or is cut off", () => {
  test("the borrower crashes with its guest and restarts empty: the guest's ALIVE makes it known again", () => {
    const scene = twoMasters();
    scene.m1.submits("a", "b", "c");
    scene.town.passTo(6);
    scene.m1.restart();
    toTheEnd(scene, 60);
    expectAllWell(scene, ["a", "b", "c"]);
  });

  test("the borrower restarts and knows nobody yet: a guest that it turns away, and that dies, has lost its task", () => {
    const scene = twoMasters();
    const { town, m1, w1, w2 } = scene;
    m1.submits("a", "b", "c");
    town.passTo(6);
    const lent = [...w2.running.values()];
    expect(lent).toHaveLength(1);
    // Whose w2 is it cannot learn, as its owner is cut off.
    town.cut("m1", "m2");
    m1.crash();
    m1.restart();
    town.passTo(7);
    expect(town.notices.filter(({ notice }) => notice.kind === "guest-refused")).not.toEqual([]);
    w2.crash();
    town.passTo(8);
    for (let second = 9; second <= 60; second++) {
      town.passTo(second);
      w1.finishes();
    }
    expect(m1.done.toSorted()).toEqual(["a", "b", "c"]);
  });

  test("the borrower crashes for good: the guest goes home by itself", () => {
    const scene = twoMasters();
    scene.m1.submits("a", "b", "c");
    scene.town.passTo(6);
    scene.m1.crash();
    toTheEnd(scene, 60);
    expect(scene.w2.node.status()).toMatchObject({ isAway: false, phase: "connected" });
    expect(scene.m2.loans()).toEqual(["out w2@1 home"]);
  });

  test("the owner restarts: it knows its loan from its store, shows its worker as lent, and has it back", () => {
    const scene = twoMasters();
    scene.m1.submits("a", "b", "c");
    scene.town.passTo(6);
    scene.m2.restart();
    expect(scene.m2.node.workers(instantMs(0))).toEqual([
      expect.objectContaining({
        id: "w2",
        status: "LENT",
        owner: "m2",
        isBorrowed: false,
        style: undefined,
        at: endpointOf("m1"),
        lastSeenAt: undefined,
      }),
    ]);
    scene.town.passTo(8);
    expect(scene.m2.loans().at(-1)).toBe("out w2@1 lent");
    expect(scene.m2.node.loans({ limit: 9 }, instantMs(8_000))).toMatchObject([
      { worker: "w2", owner: "m2", borrower: "m1", state: "lent" },
    ]);
    toTheEnd(scene, 120);
    expectAllWell(scene, ["a", "b", "c"]);
    expect(scene.m2.node.workers(instantMs(0))).toHaveLength(1);
    expect(scene.m2.leases.get("w2")).toMatchObject({ epoch: 1, borrower: undefined });
  });

  test("a worker is killed while it is away: its task is somebody else's, and it begins at home", () => {
    const scene = twoMasters();
    scene.m1.submits("a", "b", "c");
    scene.town.passTo(6);
    scene.w2.restart();
    toTheEnd(scene, 60);
    expect([...scene.m1.done].toSorted()).toEqual(["a", "b", "c"]);
    expect(scene.w2.node.status()).toMatchObject({ isAway: false, phase: "connected" });
    expect([...scene.m1.loans(), ...scene.m2.loans()].filter((loan) => !/ (?:home|left)$/.test(loan))).toEqual([]);
  });

  test("a worker is killed while it travels: the offer is cancelled, or it is sent again", () => {
    const scene = twoMasters();
    scene.town.cut("w2", "m1");
    scene.m1.submits("a", "b", "c");
    scene.town.passTo(6);
    scene.w2.crash();
    scene.town.heal("w2", "m1");
    scene.town.passTo(8);
    scene.w2.restart();
    toTheEnd(scene, 60);
    expectAllWell(scene, ["a", "b", "c"]);
  });

  test("a worker cannot reach the borrower: it goes home, and the lease is closed", () => {
    const scene = twoMasters();
    scene.town.cut("w2", "m1");
    scene.m1.submits("a", "b", "c");
    toTheEnd(scene, 60);
    expectAllWell(scene, ["a", "b", "c"]);
    expect(scene.w2.running.size).toBe(0);
  });

  test("the masters are cut off from each other in mid-loan: the worker is home within its lease, and they heal", () => {
    const scene = twoMasters();
    scene.m1.submits("a", "b", "c");
    scene.town.passTo(6);
    scene.town.cut("m1", "m2");
    toTheEnd(scene, 120);
    expect(scene.w2.node.status()).toMatchObject({ isAway: false, phase: "connected" });
    scene.town.heal("m1", "m2");
    toTheEnd(scene, 200);
    expectAllWell(scene, ["a", "b", "c"]);
    scene.m1.submits("d", "e", "f");
    toTheEnd(scene, 240);
    expectAllWell(scene, ["a", "b", "c", "d", "e", "f"]);
  });
});
