import { seconds } from "@mutirao/primitives";
import { describe, expect, test } from "vitest";
import {
  acks,
  atBorrower,
  BORROWER,
  beatAnswer,
  classRedirect,
  createWorkerScene,
  guestHello,
  guestWelcome,
  hello,
  inSession,
  NO_TASK,
  notDone,
  ok,
  query,
  RETURN,
  redirect,
  results,
  welcome,
  work,
} from "./support/worker-scene.ts";

type Scene = ReturnType<typeof createWorkerScene>;

const movedHome = (scene: Scene): readonly string[] => scene.told.filter((line) => line.includes("moved to 127.0.0.1"));

/** The borrower answers each beat until then, and says how long the lease lasts. */
function beats(scene: Scene, fromS: number, toS: number, leaseMs?: number): void {
  for (let atS = fromS; atS <= toS; atS += 2) {
    scene.passTo(atS);
    scene.says(beatAnswer(leaseMs));
  }
}

describe("a lease has an end that nobody must ask for", () => {
  test("it is renewed with every beat; when that ends, so does it", () => {
    const scene = atBorrower();
    beats(scene, 2, 60, 30_000);
    expect(movedHome(scene)).toEqual([]);
    beats(scene, 62, 92);
    expect(movedHome(scene)).toEqual(["91 ! moved to 127.0.0.1:9101: lease-over"]);
  });

  test("over, the worker says that it takes nothing more, and goes once that is understood", () => {
    const scene = atBorrower({}, { leaseMs: 3_000 });
    scene.passTo(2.9);
    scene.skip();
    scene.passTo(3);
    scene.says(guestWelcome());
    expect(scene.told).toEqual([
      `3 #2 <- ${guestHello({ slots: 0 })}`,
      "3 ! moved to 127.0.0.1:9101: lease-over",
      "3 #2 close",
      "3 #3 dial",
    ]);
  });

  test("or a second later", () => {
    const scene = atBorrower({}, { leaseMs: 3_000 });
    scene.passTo(10);
    expect(movedHome(scene)).toEqual(["4 ! moved to 127.0.0.1:9101: lease-over"]);
  });

  test("a task that runs is finished, within the grace; it is reported to the borrower", () => {
    const scene = atBorrower({}, { leaseMs: 3_000 });
    scene.says(work("a"));
    scene.passTo(4);
    scene.says(guestWelcome(), beatAnswer());
    scene.skip();
    scene.passTo(8);
    expect(scene.told.slice(-2)).toEqual(["8 cancel 0", `8 #2 <- ${results([notDone("a", "ERR_TASK_ABORTED")])}`]);
    scene.fails(0);
    scene.says(acks("a"));
    expect(movedHome(scene)).toEqual(["8 ! moved to 127.0.0.1:9101: lease-over"]);
  });

  test("a task is still done that came before the end, and a renewal after it comes too late", () => {
    const scene = atBorrower({}, { leaseMs: 3_000 });
    scene.says(work("a"));
    scene.passTo(3.5);
    scene.says(beatAnswer(30_000), guestWelcome());
    scene.ends(0);
    scene.says(acks("a"));
    expect(movedHome(scene)).toEqual(["3.5 ! moved to 127.0.0.1:9101: lease-over"]);
  });

  test("it lasts no longer than the owner said, whatever the borrower says", () => {
    const scene = atBorrower({}, { leaseMs: 5_000 });
    scene.says(beatAnswer(1e300));
    expect(scene.node.status().leaseLeftMs).toBe(5_000);
    scene.says(beatAnswer(1_000));
    expect(scene.node.status().leaseLeftMs).toBe(1_000);
  });

  test.each([
    ["a quarter of an hour", {}, 901],
    ["what the worker's own operator says", { foreignLeaseMs: seconds(20) }, 21],
  ])("a master of the class names no lease: it is %s", (_, options, until) => {
    const scene = createWorkerScene(options);
    scene.start();
    scene.opens();
    scene.says(classRedirect());
    scene.opens();
    scene.says(guestWelcome({ leaseMs: undefined }));
    beats(scene, 2, until + 1);
    expect(movedHome(scene)).toEqual([`${until} ! moved to 127.0.0.1:9101: lease-over`]);
  });

  test("its clock goes on while the worker is stopped; the borrower's silence then was our own", () => {
    const scene = atBorrower({}, { leaseMs: 20_000 });
    scene.sleepTo(15);
    scene.wake();
    expect(scene.told[0]).toBe("15 ! stalled");
    scene.says(beatAnswer());
    scene.passTo(19.9);
    expect(movedHome(scene)).toEqual([]);
    scene.sleepTo(300);
    scene.says(beatAnswer(20_000));
    scene.says(guestWelcome());
    expect(movedHome(scene)).toEqual(["300 ! moved to 127.0.0.1:9101: lease-over"]);
  });

  test("a worker that leaves for good while it is away finishes, reports and leaves, as at home", () => {
    const scene = atBorrower();
    scene.says(work("a"));
    scene.skip();
    scene.drain();
    scene.says(guestWelcome());
    scene.passTo(8);
    scene.ends(0);
    scene.says(acks("a"));
    expect(scene.told).toEqual([
      `0 #2 <- ${guestHello({ slots: 0, holding: [["a", 1]] })}`,
      expect.stringContaining("WORKER_HEARTBEAT"),
      expect.stringContaining("WORKER_HEARTBEAT"),
      expect.stringContaining("WORKER_HEARTBEAT"),
      expect.stringContaining("WORKER_HEARTBEAT"),
      `8 #2 <- ${results([ok("a")])}`,
      "8 #2 close",
      "8 ! left, 0 unacknowledged",
      "8 leave",
    ]);
  });

  test("the end of the lease finds it leaving: it hands its task back in time, and goes nowhere", () => {
    const scene = atBorrower({}, { leaseMs: 3_000 });
    scene.says(work("a"));
    scene.drain();
    beats(scene, 2, 8);
    expect(scene.told).toContain(`8 #2 <- ${results([notDone("a", "ERR_TASK_ABORTED")])}`);
    scene.says(acks("a"), guestWelcome());
    scene.passTo(30);
    expect(movedHome(scene)).toEqual([]);
    expect(scene.told.at(-1)).toBe("8 leave");
  });
});

describe("a borrower that cannot be reached", () => {
  const onItsWay = (): Scene => {
    const scene = inSession();
    scene.says(redirect());
    scene.skip();
    return scene;
  };

  test("a worker that cannot reach the borrower goes home after three tries", () => {
    const scene = onItsWay();
    for (let tries = 0; tries < 3; tries++) {
      scene.passToDial();
      scene.closes("ERR_DIAL_REFUSED");
    }
    expect(scene.told.filter((line) => line.includes("moved"))).toHaveLength(1);
    expect(scene.told.at(-1)).toMatch(/#5 dial$/);
    scene.opens();
    scene.says(welcome());
    expect(scene.sent().at(0)).toBe(hello({ epoch: 7 }));
  });

  test("or after 15 s, whatever it is doing then", () => {
    const dialling = onItsWay();
    dialling.passTo(14.9);
    expect(dialling.node.status().isAway).toBe(true);
    dialling.passTo(15);
    expect(movedHome(dialling)).toEqual(["15 ! moved to 127.0.0.1:9101: unreachable"]);
    const unanswered = onItsWay();
    unanswered.opens();
    unanswered.passTo(12);
    expect(unanswered.told.at(-1)).toBe("12 ! borrower disconnected: ERR_MASTER_NO_ANSWER");
    unanswered.passTo(16);
    expect(movedHome(unanswered)).toEqual(["15 ! moved to 127.0.0.1:9101: unreachable"]);
  });

  test("one that is lost counts from its loss", () => {
    const scene = atBorrower();
    beats(scene, 2, 20, 30_000);
    scene.closes("ERR_CONN_RESET");
    for (let tries = 0; tries < 2; tries++) {
      scene.passToDial();
      scene.closes("ERR_DIAL_REFUSED");
    }
    expect(movedHome(scene)).toEqual([]);
    scene.passToDial();
    scene.opens();
    scene.says(guestWelcome());
    beats(scene, 22, 40);
    expect(movedHome(scene)).toEqual([]);
    expect(scene.node.status()).toMatchObject({ isAway: true, phase: "connected" });
  });

  test("a silent one is lost, too", () => {
    const scene = atBorrower({}, { leaseMs: 600_000 });
    scene.passTo(60);
    expect(movedHome(scene)).toEqual(["25 ! moved to 127.0.0.1:9101: unreachable"]);
  });

  test("one that is there again while something still runs is told how that ended, before the worker goes home", () => {
    const scene = atBorrower();
    scene.says(work("a"));
    scene.closes("ERR_CONN_RESET");
    for (let tries = 0; tries < 3; tries++) {
      scene.passToDial();
      scene.closes("ERR_DIAL_REFUSED");
    }
    scene.passToDial();
    scene.opens();
    scene.says(guestWelcome());
    scene.skip();
    scene.ends(0);
    expect(scene.sent()).toEqual([results([ok("a")])]);
    expect(movedHome(scene)).toEqual([]);
    scene.says(acks("a"));
    expect(movedHome(scene)).toHaveLength(1);
    expect(scene.node.status().unacknowledged).toBe(0);
  });

  test("what runs is finished meanwhile, within the grace; its result is kept for the borrower and for nobody else", () => {
    const scene = atBorrower();
    scene.says(work("a", "b"));
    scene.closes("ERR_CONN_RESET");
    for (let tries = 0; tries < 3; tries++) {
      scene.passToDial();
      scene.closes("ERR_DIAL_REFUSED");
    }
    scene.ends(0);
    expect(movedHome(scene)).toHaveLength(1);
    scene.opens();
    scene.says(welcome());
    expect(scene.sent().some((line) => line.includes('"results"'))).toBe(false);
    expect(scene.node.status().unacknowledged).toBe(2);
    scene.skip();
    scene.says(redirect(8));
    scene.opens();
    scene.says(guestWelcome());
    expect(scene.sent()).toEqual([
      guestHello({ epoch: 8 }),
      results([notDone("b", "ERR_WORKER_BUSY"), ok("a")], { resynced: true }),
    ]);
    scene.says(acks("a", "b"));
    expect(scene.node.status().unacknowledged).toBe(0);
  });

  test("time in which the worker itself stood still does not count", () => {
    const scene = onItsWay();
    scene.sleepTo(14);
    scene.opens();
    scene.sleepTo(27);
    scene.wake();
    expect(movedHome(scene)).toEqual([]);
    scene.says(guestWelcome());
    expect(scene.node.status()).toMatchObject({ isAway: true, phase: "connected" });
  });

  test("another master in its place is not served: the worker goes home", () => {
    const scene = onItsWay();
    scene.opens();
    scene.says({ ...guestWelcome(), SERVER_UUID: "c" });
    expect(scene.told.slice(2)).toEqual([
      "0 ! borrower disconnected: ERR_MASTER_OTHER",
      "0 ! moved to 127.0.0.1:9101: other-master",
      "0 #3 dial",
    ]);
  });

  test("if nobody was named, whoever answers there is served", () => {
    const scene = inSession();
    scene.says(redirect(7, { borrower: undefined }));
    scene.opens();
    scene.says({ ...guestWelcome(), SERVER_UUID: "c" });
    expect(scene.node.status()).toMatchObject({ isAway: true, master: "c" });
  });

  test("a home that cannot be reached is tried for ever", () => {
    const scene = atBorrower();
    scene.says(RETURN);
    for (let tries = 0; tries < 1_000; tries++) {
      scene.passToDial();
      scene.closes("ERR_DIAL_REFUSED");
    }
    expect(scene.told.filter((line) => line.includes("moved"))).toHaveLength(1);
    expect(scene.told.at(-2)).toMatch(/dial$/);
  });
});

describe("a result is for the master that gave the task, and for no other", () => {
  /** Takes a task of the borrower of this lease, ends it, and is sent home without an acknowledgement. */
  function owes(scene: Scene, epoch: number, borrower: string, atS: number): void {
    scene.says(redirect(epoch, { borrower, leaseMs: 600_000 }));
    scene.opens();
    scene.says({ ...guestWelcome({ leaseMs: undefined }), SERVER_UUID: borrower }, work(`t-${borrower}`), RETURN);
    scene.ends(scene.running()[0] ?? -1);
    scene.passTo(atS + 7);
    scene.opens();
    scene.says(welcome({ timeoutMs: 1e9 }));
  }

  const owing = (...borrowers: readonly string[]): Scene => {
    const scene = createWorkerScene();
    scene.start();
    scene.opens();
    scene.says(welcome({ timeoutMs: 1e9 }));
    borrowers.forEach((borrower, index) => {
      owes(scene, index + 1, borrower, index * 10);
      scene.passTo((index + 1) * 10);
    });
    scene.skip();
    return scene;
  };

  const meets = (scene: Scene, borrower: string, epoch: number): void => {
    scene.skip();
    scene.says(redirect(epoch, { borrower }));
    scene.opens();
    scene.says({ ...guestWelcome(), SERVER_UUID: borrower });
  };

  test("those of three borrowers are kept, and the oldest of a fourth is forgotten", () => {
    const scene = owing("b1", "b2", "b3", "b4");
    expect(scene.node.status().unacknowledged).toBe(3);
    meets(scene, "b2", 10);
    expect(scene.sent().at(-1)).toBe(results([ok("t-b2")], { resynced: true }));
    scene.says(acks("t-b2"), RETURN);
    scene.opens();
    scene.says(welcome());
    meets(scene, "b1", 11);
    expect(scene.sent().some((line) => line.includes("t-b"))).toBe(false);
  });

  test("for ten minutes", () => {
    const scene = owing("b1");
    scene.passTo(605.9);
    meets(scene, "b1", 10);
    expect(scene.sent().at(-1)).toBe(results([ok("t-b1")], { resynced: true }));
    const late = owing("b1");
    late.passTo(606.1);
    meets(late, "b1", 10);
    expect(late.told).toContain("606.1 ! 1 results forgotten");
    expect(late.sent().some((line) => line.includes("t-b"))).toBe(false);
  });

  test("the acknowledgement of another master means nothing to them", () => {
    const scene = owing("b1");
    scene.says(acks("t-b1"));
    expect(scene.node.status().unacknowledged).toBe(1);
  });
});

describe("words of the class and ours, mixed", () => {
  test("a home of the class lends to one of ours: the worker is in a session there, under the owner that it knows", () => {
    const scene = createWorkerScene();
    scene.start();
    scene.opens();
    scene.says(NO_TASK);
    scene.passTo(1);
    scene.opens();
    scene.says(classRedirect());
    scene.opens();
    scene.says(guestWelcome());
    const asGuest = hello().replace('"WORKER_UUID":"w"', '"WORKER_UUID":"w","SERVER_UUID":"127.0.0.1:9101"');
    expect(scene.sent().slice(2, 3)).toEqual([asGuest]);
    expect(scene.told).toContain(`1 #3 dial ${BORROWER}`);
    expect(scene.node.status()).toMatchObject({ talk: "session", owner: "127.0.0.1:9101", epoch: 0 });
  });

  test("ours lends to one of the class: it asks for each task there, and names its owner each time", () => {
    const scene = inSession();
    scene.says(redirect(7, { borrower: undefined }));
    scene.opens();
    scene.says(query("ana"));
    scene.ends(0);
    scene.says({ STATUS: "ACK" });
    scene.opens();
    scene.says(RETURN);
    expect(scene.sent()).toEqual([
      guestHello(),
      '{"STATUS":"OK","TASK":"QUERY","WORKER_UUID":"w","SALDO":1}',
      guestHello(),
    ]);
    expect(scene.told.slice(-3)).toEqual(["0 #3 close", "0 ! moved to 127.0.0.1:9101: return", "0 #4 dial"]);
  });
});
