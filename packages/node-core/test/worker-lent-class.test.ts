import { seconds } from "@mutirao/primitives";
import { describe, expect, test } from "vitest";
import {
  ACK,
  ALIVE,
  BORROWER,
  beatAnswer,
  classRedirect,
  createWorkerScene,
  guestWelcome,
  NO_TASK,
  query,
  RETURN,
  redirect,
  STATUS_OK,
  welcome,
} from "./support/worker-scene.ts";

const KEEPALIVE = { TASK: "KEEPALIVE" };
const PONG = '{"STATUS":"PONG","WORKER_UUID":"w"}';
const AS_GUEST = '{"WORKER":"ALIVE","WORKER_UUID":"w","SERVER_UUID":"127.0.0.1:9101"}';
const ABORTED = expect.stringMatching(/^\{"STATUS":"NOK".*"ERROR":"ERR_TASK_ABORTED: /);

function atForeign(style: "pull" | "push") {
  const scene = createWorkerScene({ style });
  scene.start();
  scene.opens();
  return scene;
}

describe("a plain pull worker: orders are the answer to its next ALIVE", () => {
  test("redirected, it asks the borrower for work in the name of its owner; returned, it asks at home without", () => {
    const scene = atForeign("pull");
    scene.says(classRedirect());
    scene.opens();
    scene.says(query("ana"));
    scene.closes();
    scene.ends(0);
    scene.opens();
    scene.says(ACK);
    scene.opens();
    scene.says(RETURN);
    scene.opens();
    scene.says(NO_TASK);
    expect(scene.told).toEqual([
      "0 #1 dial",
      `0 #1 <- ${ALIVE}`,
      "0 ! connected, pull",
      "0 #1 close",
      `0 ! moved to ${BORROWER}: redirect`,
      `0 #2 dial ${BORROWER}`,
      `0 #2 <- ${AS_GUEST}`,
      "0 ! connected, pull",
      '0 run 0 QUERY {"USER":"ana"} 60 s',
      `0 #3 dial ${BORROWER}`,
      `0 #3 <- ${STATUS_OK}`,
      "0 #3 close",
      `0 #4 dial ${BORROWER}`,
      `0 #4 <- ${AS_GUEST}`,
      "0 #4 close",
      "0 ! moved to 127.0.0.1:9101: return",
      "0 #5 dial",
      `0 #5 <- ${ALIVE}`,
      "0 ! connected, pull",
      "0 #5 close",
    ]);
  });

  test("a REDIRECT from the borrower is refused, and it goes on asking there after a while", () => {
    const scene = atForeign("pull");
    scene.says(classRedirect());
    scene.opens();
    scene.skip();
    scene.says(classRedirect("10.0.0.8"));
    scene.passTo(1);
    expect(scene.told).toEqual([
      "0 ! refused ERR_REDIRECT_NOT_HOME",
      "0 ! connected, pull",
      "0 #2 close",
      expect.stringMatching(/^0\.\d+ #3 dial 10\.0\.0\.7:9101$/),
    ]);
  });

  test("a RETURN at home is noted, and it goes on asking after a while", () => {
    const scene = atForeign("pull");
    scene.says(RETURN);
    expect(scene.told.slice(2)).toEqual(["0 ! return-ignored", "0 ! connected, pull", "0 #1 close"]);
    expect(scene.passToDial()).toBeLessThanOrEqual(1);
  });

  test("an order after a task, on the same connection: the task is done and reported first, and no other begun", () => {
    const scene = atForeign("pull");
    scene.says(query("ana"), query("early"), classRedirect(), query("late"));
    scene.passTo(2);
    scene.ends(0);
    expect(scene.told.slice(-2)).toEqual(["0 ! ignored query", `2 #1 <- ${STATUS_OK}`]);
    scene.skip();
    scene.says(ACK);
    expect(scene.told).toEqual(["2 #1 close", `2 ! moved to ${BORROWER}: redirect`, `2 #2 dial ${BORROWER}`]);
  });

  test("past the grace of 5 s the task is reported as not done, and a second later the worker is gone", () => {
    const scene = atForeign("pull");
    scene.says(query("ana"), classRedirect());
    scene.passTo(5);
    expect(scene.sent().slice(1)).toEqual([ABORTED]);
    scene.fails(0);
    scene.passTo(6);
    expect(scene.told.at(-1)).toBe(`6 #2 dial ${BORROWER}`);
  });

  test("what home did not acknowledge it is told first when the worker is back, and nobody else", () => {
    const scene = atForeign("pull");
    scene.says(query("ana"), classRedirect());
    scene.closes("ERR_CONN_RESET");
    scene.ends(0);
    scene.closes("ERR_DIAL_REFUSED");
    scene.passTo(5);
    scene.closes("ERR_DIAL_REFUSED");
    scene.passTo(6);
    expect(scene.told.at(-1)).toBe(`6 #4 dial ${BORROWER}`);
    scene.opens();
    scene.says(NO_TASK);
    scene.passToDial();
    scene.opens();
    expect(scene.node.status().unacknowledged).toBe(1);
    scene.skip();
    scene.says(RETURN);
    scene.opens();
    scene.says(ACK);
    scene.opens();
    expect(scene.sent()).toEqual([STATUS_OK, ALIVE]);
    expect(scene.node.status().unacknowledged).toBe(0);
  });

  test("a borrower that is gone with a report unacknowledged: the worker goes home, and keeps it", () => {
    const scene = atForeign("pull");
    scene.says(classRedirect());
    scene.opens();
    scene.says(query("ana"));
    scene.closes();
    scene.passTo(40);
    scene.ends(0);
    scene.closes("ERR_DIAL_REFUSED");
    for (const atS of [45, 50]) {
      scene.passTo(atS);
      scene.closes("ERR_DIAL_REFUSED");
    }
    scene.passTo(55);
    expect(scene.told.at(-3)).toBe("55 ! moved to 127.0.0.1:9101: unreachable");
    scene.opens();
    expect(scene.sent().at(-1)).toBe(ALIVE);
    expect(scene.node.status().unacknowledged).toBe(1);
  });

  test("a task that takes long at a borrower that has closed the connection is no sign that the borrower is lost", () => {
    const scene = atForeign("pull");
    scene.says(classRedirect());
    scene.opens();
    scene.says(query("ana"));
    scene.closes("ERR_CONN_RESET");
    scene.passTo(59);
    expect(scene.node.status()).toMatchObject({ isAway: true, running: 1 });
  });

  test("a lease that is over while a question is out: a task that comes in answer is done", () => {
    const scene = atForeign("pull");
    scene.says(redirect(7, { leaseMs: 1_000 }));
    scene.opens();
    scene.passTo(1.5);
    scene.says(query("ana"));
    scene.ends(0);
    scene.says(ACK);
    expect(scene.told.slice(-2)).toEqual(["1.5 ! moved to 127.0.0.1:9101: lease-over", "1.5 #3 dial"]);
  });

  test("a target where no borrower lives is refused here, too", () => {
    const scene = atForeign("pull");
    scene.says(classRedirect("169.254.169.254", 80));
    expect(scene.told.slice(2)).toContain("0 ! refused ERR_REDIRECT_TARGET (good on one link only)");
    expect(scene.node.status().isAway).toBe(false);
  });

  test("the owner is named by the id that home has shown, if it is one of ours", () => {
    const scene = createWorkerScene();
    scene.start();
    scene.opens();
    scene.says(welcome());
    scene.closes();
    scene.opens();
    scene.says(classRedirect());
    scene.opens();
    expect(scene.sent().at(-1)).toContain('"SERVER_UUID":"m"');
  });
});

describe("a push worker: orders come on its one connection", () => {
  test("redirected and returned, it presents itself anew each time, one line per segment", () => {
    const scene = atForeign("push");
    scene.says(query("ana"));
    scene.ends(0);
    scene.says(classRedirect());
    scene.opens();
    scene.passTo(1);
    scene.says(query("bia"));
    scene.ends(1);
    scene.passTo(2);
    scene.says(RETURN);
    scene.opens();
    expect(scene.told.slice(3)).toEqual([
      '0 run 0 QUERY {"USER":"ana"} 60 s',
      `0 #1 <- ${STATUS_OK}`,
      `0 ! moved to ${BORROWER}: redirect`,
      "0 #1 close",
      `0 #2 dial ${BORROWER}`,
      `0 #2 <- ${AS_GUEST}`,
      "0 ! connected, push",
      '1 run 1 QUERY {"USER":"bia"} 60 s',
      `1 #2 <- ${STATUS_OK}`,
      "2 ! moved to 127.0.0.1:9101: return",
      "2 #2 close",
      "2 #3 dial",
      `2 #3 <- ${ALIVE}`,
      "2 ! connected, push",
    ]);
  });

  test("a task that runs is done and said first, in a segment of its own; those that wait are not begun", () => {
    const scene = atForeign("push");
    scene.says(query("ana"), query("waits"), classRedirect(), query("late"), KEEPALIVE);
    scene.skip();
    scene.ends(0);
    scene.passTo(3);
    expect(scene.told).toEqual([
      `0.1 #1 <- ${STATUS_OK}`,
      `0.1 ! moved to ${BORROWER}: redirect`,
      "0.1 #1 close",
      `0.1 #2 dial ${BORROWER}`,
    ]);
  });

  test("a REDIRECT from the borrower is refused, and nothing is said to it", () => {
    const scene = atForeign("push");
    scene.says(classRedirect());
    scene.opens();
    scene.skip();
    scene.says(classRedirect("10.0.0.8"), KEEPALIVE);
    expect(scene.told).toEqual(["0 ! refused ERR_REDIRECT_NOT_HOME", `0 #2 <- ${PONG}`]);
  });

  test("a borrower that has nothing to say is no lost one; one that throws the worker out three times is", () => {
    const scene = atForeign("push");
    scene.says(classRedirect());
    scene.opens();
    scene.passTo(60);
    expect(scene.node.status()).toMatchObject({ isAway: true, phase: "connected" });
    for (let tries = 0; tries < 4; tries++) {
      scene.closes();
      scene.passToDial();
      if (!scene.told.at(-1)?.endsWith(BORROWER)) break;
      scene.opens();
    }
    expect(scene.told.at(-2)).toBe(`${scene.told.at(-1)?.split(" ")[0]} ! moved to 127.0.0.1:9101: unreachable`);
  });

  test("a result that could not be said is forgotten with the move: later it would be taken for another task's", () => {
    const scene = atForeign("push");
    scene.says(query("ana"), classRedirect());
    scene.closes("ERR_CONN_RESET");
    scene.ends(0);
    scene.passTo(5.9);
    scene.closes("ERR_DIAL_TIMEOUT");
    scene.passTo(6);
    expect(scene.told.slice(-3, -1)).toEqual(["6 ! 1 results forgotten", `6 ! moved to ${BORROWER}: redirect`]);
    scene.opens();
    scene.passTo(7);
    expect(scene.sent().slice(1)).toEqual([AS_GUEST]);
  });
});

test("a borrower of ours cannot lengthen a lease that a master of the class has given: no owner has renewed it", () => {
  const scene = createWorkerScene({ foreignLeaseMs: seconds(20) });
  scene.start();
  scene.opens();
  scene.says(classRedirect());
  scene.opens();
  scene.says(guestWelcome());
  for (let atS = 2; atS <= 40; atS += 2) {
    scene.passTo(atS);
    scene.says(beatAnswer(30_000));
  }
  expect(scene.told).toContain("21 ! moved to 127.0.0.1:9101: lease-over");
});
