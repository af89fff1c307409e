import { describe, expect, test } from "vitest";
import {
  acks,
  atBorrower,
  BORROWER,
  classRedirect,
  createWorkerScene,
  guestHello,
  guestWelcome,
  hello,
  inSession,
  notDone,
  ok,
  RESYNCED,
  RETURN,
  redirect,
  results,
  welcome,
  work,
} from "./support/worker-scene.ts";

const moved = (atS: number, from: number, to: string, why: string): string[] => [
  `${atS} ! moved to ${to}: ${why}`,
  `${atS} #${from} close`,
  `${atS} #${from + 1} dial${to === BORROWER ? ` ${BORROWER}` : ""}`,
];
const HOME = "127.0.0.1:9101";

describe("O -> W REDIRECT; W -> B ALIVE with SERVER_UUID = the owner", () => {
  test("idle, it goes at once, and says whose it is and under which lease", () => {
    const scene = inSession();
    scene.says(redirect());
    scene.opens();
    scene.says(guestWelcome());
    expect(scene.told).toEqual([
      ...moved(0, 1, BORROWER, "redirect"),
      `0 #2 <- ${guestHello()}`,
      "0 ! connected, session with b",
      `0 #2 <- ${RESYNCED}`,
    ]);
    expect(scene.node.status()).toMatchObject({
      ...{ phase: "connected", master: "b", home: { host: "127.0.0.1", port: 9_101 }, isAway: true },
      ...{ owner: "m", epoch: 7, leaseLeftMs: 30_000, redirectsRefused: 0 },
    });
  });

  test("it works there as at home, and comes home when it is told to, whatever the address", () => {
    const scene = atBorrower();
    scene.says(work("a"));
    scene.ends(0);
    scene.says(acks("a"), RETURN);
    scene.opens();
    scene.says(welcome({ epoch: 7 }));
    expect(scene.told).toEqual([
      '0 run 0 QUERY {"USER":"a"} 60 s',
      `0 #2 <- ${results([ok("a")])}`,
      ...moved(0, 2, HOME, "return"),
      `0 #3 <- ${hello({ epoch: 7 })}`,
      "0 ! connected, session with m",
      `0 #3 <- ${RESYNCED}`,
    ]);
    expect(scene.node.status()).toMatchObject({ isAway: false, owner: undefined, epoch: 7, leaseLeftMs: undefined });
  });

  test("what it says in SERVER_UUID is what its owner wants it to say", () => {
    const scene = inSession();
    scene.says(redirect(7, { owner: "10.0.0.5:9101" }));
    scene.opens();
    expect(scene.sent()[0]).toBe(guestHello().replace('"SERVER_UUID":"m"', '"SERVER_UUID":"10.0.0.5:9101"'));
  });

  test("a hello in two steps names the owner and the epoch in both", () => {
    const types = Array.from({ length: 64 }, (_, index) => `a-rather-long-name-of-a-task-type-${index}`);
    const scene = createWorkerScene({ types });
    scene.start();
    scene.opens();
    scene.says(welcome(), welcome(), redirect());
    scene.skip();
    scene.opens();
    scene.says(guestWelcome(), guestWelcome());
    expect(scene.sent()).toEqual([guestHello({ slots: 0, types: [] }), guestHello({ types }), RESYNCED]);
  });
});

describe("an order finds a task running: it is finished and reported to the master that gave it, then the worker moves", () => {
  test("it takes nothing new, and waits for the acknowledgement; the epoch is not said before it has gone", () => {
    const scene = inSession({ slots: 2 });
    scene.says(work("a"));
    scene.skip();
    scene.says(redirect());
    scene.says(welcome(), work("b"));
    scene.passTo(1);
    scene.ends(0);
    scene.passTo(1.5);
    expect(scene.isDialling()).toBe(false);
    scene.says(acks("a", "b"));
    expect(scene.told).toEqual([
      `0 #1 <- ${hello({ slots: 0, holding: [["a", 1]] })}`,
      `0 #1 <- ${results([notDone("b", "ERR_WORKER_BUSY")])}`,
      `1 #1 <- ${results([ok("a")])}`,
      ...moved(1.5, 1, BORROWER, "redirect"),
    ]);
  });

  test("past the grace it is given up, which costs no attempt, and the worker goes", () => {
    const scene = inSession();
    scene.says(welcome(), work("a"));
    scene.skip();
    scene.says(redirect());
    scene.passTo(5);
    expect(scene.told.slice(-2)).toEqual(["5 cancel 0", `5 #1 <- ${results([notDone("a", "ERR_TASK_ABORTED")])}`]);
    scene.skip();
    scene.says(acks("a"));
    expect(scene.told).toEqual([]);
    scene.fails(0);
    expect(scene.told).toEqual(moved(5, 1, BORROWER, "redirect"));
  });

  test.each([
    [100, 0.1],
    [0, 0],
    [1e300, 60],
  ])("the grace is the master's (%d ms), and never more than a minute", (graceMs, untilS) => {
    const scene = createWorkerScene();
    scene.start();
    scene.opens();
    scene.says(welcome({ graceMs, timeoutMs: 1e9 }), work("a"), redirect());
    scene.passTo(70);
    expect(scene.told.filter((line) => line.includes("cancel"))).toEqual([`${untilS} cancel 0`]);
  });

  test("a master that acknowledges nothing holds it up for a second more; the result is kept for that master", () => {
    const scene = inSession();
    scene.says(work("a"), redirect());
    scene.ends(0);
    scene.passTo(5.9);
    expect(scene.node.status().isAway).toBe(false);
    scene.passTo(6);
    scene.opens();
    scene.says(guestWelcome(), work("c"));
    expect(scene.node.status()).toMatchObject({ isAway: true, unacknowledged: 1 });
    scene.ends(1);
    scene.says(acks("c"), RETURN);
    scene.skip();
    scene.opens();
    scene.says(welcome());
    expect(scene.sent()).toEqual([hello({ epoch: 7 }), results([ok("a")], { resynced: true })]);
  });

  test("a handler that does not end keeps its slot wherever the worker is", () => {
    const scene = inSession({ slots: 2 });
    scene.says(work("a"), redirect());
    scene.passTo(5);
    scene.says(acks("a"));
    scene.passTo(6);
    scene.opens();
    scene.says(guestWelcome(), work("b", "c"));
    expect(scene.sent()).toContain(guestHello({ slots: 1 }));
    scene.settle();
    expect(scene.sent().at(-1)).toBe(results([notDone("c", "ERR_WORKER_BUSY")]));
    scene.skip();
    scene.fails(0);
    scene.says(guestWelcome());
    expect(scene.sent()).toEqual([guestHello({ slots: 2, holding: [["b", 1]] })]);
  });

  test("the connection is lost meanwhile: it reports on the next, and goes", () => {
    const scene = inSession();
    scene.says(work("a"), redirect());
    scene.closes("ERR_CONN_RESET");
    scene.ends(0);
    scene.passTo(1);
    scene.opens();
    scene.says(welcome());
    expect(scene.sent().slice(-2)).toEqual([hello({ slots: 0 }), results([ok("a")], { resynced: true })]);
    scene.says(acks("a"));
    expect(scene.told.slice(-3)).toEqual(moved(1, 2, BORROWER, "redirect"));
  });
});

describe("whose REDIRECT is obeyed", () => {
  const expectRefused = (scene: ReturnType<typeof inSession>, code: string, count = 1): void => {
    expect(scene.told.filter((line) => line.includes("refused"))).toEqual(Array(count).fill(`0 ! refused ${code}`));
    expect(scene.told.some((line) => line.includes("dial") || line.includes("close"))).toBe(false);
    expect(scene.node.status().redirectsRefused).toBe(count);
  };

  test("none from a borrower: a borrowed worker is never lent on", () => {
    const scene = atBorrower();
    scene.says(redirect(8), classRedirect("10.0.0.8"));
    expectRefused(scene, "ERR_REDIRECT_NOT_HOME", 2);
    expect(scene.node.status()).toMatchObject({ isAway: true, epoch: 7, phase: "connected" });
  });

  test("none from a borrower that is about to be left, either", () => {
    const scene = atBorrower();
    scene.says(work("a"), RETURN, redirect(8));
    expectRefused(scene, "ERR_REDIRECT_NOT_HOME");
  });

  test.each([
    ["the same", 7],
    ["an older", 6],
    ["the first", 1],
  ])("a straggler of %s lease, after the worker has come home", (_, epoch) => {
    const scene = atBorrower();
    scene.says(RETURN);
    scene.opens();
    scene.says(welcome());
    scene.skip();
    scene.says(redirect(epoch));
    expectRefused(scene, "ERR_REDIRECT_STALE");
  });

  test("a new lease is obeyed after that", () => {
    const scene = atBorrower();
    scene.says(RETURN);
    scene.opens();
    scene.says(welcome(), redirect(8));
    expect(scene.node.status()).toMatchObject({ isAway: true, epoch: 8 });
  });

  test("none without a lease from a master of ours", () => {
    const scene = inSession();
    scene.says(classRedirect());
    expectRefused(scene, "ERR_REDIRECT_NO_LEASE");
  });

  test("none to where no borrower lives", () => {
    const scene = createWorkerScene({ master: { host: "10.0.0.5", port: 9_101 } });
    scene.start();
    scene.opens();
    scene.says(welcome());
    scene.skip();
    scene.says({ ...redirect(), SERVER_REDIRECT: { ip: "127.0.0.1", port: 22 } });
    scene.says({ ...redirect(), SERVER_REDIRECT: { ip: "169.254.169.254", port: 80 } });
    expect(scene.told).toEqual([
      "0 ! refused ERR_REDIRECT_TARGET (on the worker's own machine)",
      "0 ! refused ERR_REDIRECT_TARGET (good on one link only)",
    ]);
    expect(scene.node.status()).toMatchObject({ isAway: false, epoch: 0, redirectsRefused: 2 });
  });

  test("none by a worker that is about to leave; and one that it was about to obey is void", () => {
    const scene = inSession({ slots: 2 });
    scene.says(work("a"), redirect());
    scene.drain();
    scene.says(redirect(8));
    scene.passTo(9);
    scene.ends(0);
    scene.says(welcome(), acks("a"));
    expect(scene.told.some((line) => line.includes("cancel") || line.includes("moved"))).toBe(false);
    expect(scene.told).toContain("0 ! refused ERR_REDIRECT_LEAVING");
    expect(scene.told.at(-1)).toBe("9 leave");
  });

  test("repeated until the worker is gone, it is one order; a later lease in its place is another", () => {
    const scene = inSession();
    scene.says(work("a"), redirect(), redirect(), redirect());
    expect(scene.node.status().redirectsRefused).toBe(0);
    scene.says({ ...redirect(9), SERVER_REDIRECT: { ip: "10.0.0.9", port: 1 } }, redirect(8));
    expect(scene.told.at(-1)).toBe("0 ! refused ERR_REDIRECT_STALE");
    scene.ends(0);
    scene.says(acks("a"));
    expect(scene.told.at(-1)).toBe("0 #2 dial 10.0.0.9:1");
    expect(scene.node.status().epoch).toBe(9);
  });

  test("what comes on a connection that the worker has left is nobody's order", () => {
    const scene = inSession();
    scene.passTo(10.05);
    scene.skip();
    scene.says(redirect());
    expect(scene.told).toEqual([]);
    expect(scene.node.status().isAway).toBe(false);
  });

  test("RETURN at home is noted, and changes nothing", () => {
    const scene = inSession();
    scene.says(work("a"), RETURN);
    expect(scene.told.slice(1)).toEqual(["0 ! return-ignored"]);
    scene.ends(0);
    scene.says(acks("a"), work("b"));
    expect(scene.node.status()).toMatchObject({ isAway: false, running: 1 });
  });
});

describe("the owner says the number of the last lease, for a worker that has forgotten it", () => {
  test("a higher one is taken over, and said again at once", () => {
    const scene = createWorkerScene();
    scene.start();
    scene.opens();
    scene.says(welcome({ epoch: 12 }));
    scene.says(welcome({ epoch: 12 }));
    expect(scene.sent()).toEqual([hello(), hello({ epoch: 12 }), RESYNCED]);
    scene.says(redirect(12));
    expect(scene.told.at(-1)).toBe("0 ! refused ERR_REDIRECT_STALE");
  });

  test("a lower one is not", () => {
    const scene = createWorkerScene();
    scene.start();
    scene.opens();
    scene.says(welcome({ epoch: 12 }), welcome({ epoch: 3 }));
    expect(scene.node.status().epoch).toBe(12);
  });

  test("it voids an order of an older lease that the worker was about to obey: the offer was cancelled", () => {
    const scene = inSession({ slots: 2 });
    scene.says(work("a"), redirect());
    scene.skip();
    scene.says(welcome({ epoch: 8 }));
    expect(scene.told).toEqual([
      "0 ! refused ERR_REDIRECT_STALE",
      `0 #1 <- ${hello({ slots: 2, holding: [["a", 1]], epoch: 8 })}`,
    ]);
    scene.passTo(9);
    expect(scene.node.status()).toMatchObject({ isAway: false, running: 1 });
  });

  test("a borrower's word on it counts for nothing", () => {
    const scene = inSession();
    scene.says(redirect());
    scene.opens();
    scene.says(guestWelcome({ epoch: 99 }));
    expect(scene.node.status().epoch).toBe(7);
  });

  test("nor does anything that is no answer to a hello", () => {
    const scene = inSession();
    scene.says(welcome({ epoch: 12 }));
    expect(scene.node.status().epoch).toBe(0);
    expect(scene.told).toEqual([]);
  });
});
