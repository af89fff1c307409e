import { describe, expect, test } from "vitest";
import {
  acks,
  BORROWER,
  beatAnswer,
  classRedirect,
  createWorkerScene,
  inSession,
  NO_TASK,
  notDone,
  query,
  redirect,
  results,
  work,
} from "./support/worker-scene.ts";

const ABORTED = expect.stringMatching(/^\{"STATUS":"NOK".*"ERROR":"ERR_TASK_ABORTED: /);

/** As a process is that was stopped, or whose loop was busy: what has come meanwhile is read before any timer. */
describe("a worker that stands still past the grace, and a second more, moves with nothing running", () => {
  test("in a session: what ran is given up and said to the master that gave it", () => {
    const scene = inSession();
    scene.says(work("a"), redirect());
    scene.sleepTo(10);
    scene.says(beatAnswer());
    expect(scene.node.status()).toMatchObject({ isAway: false, running: 1 });
    scene.skip();
    scene.settle();
    expect(scene.told.slice(-2)).toEqual(["10 cancel 0", `10 #1 <- ${results([notDone("a", "ERR_TASK_ABORTED")])}`]);
    scene.fails(0);
    scene.says(acks("a"));
    expect(scene.told.slice(-3, -1)).toEqual([`10 ! moved to ${BORROWER}: redirect`, "10 #1 close"]);
  });

  test("what was done meanwhile is done, if only its end was not read yet", () => {
    const scene = inSession();
    scene.says(work("a"), redirect());
    scene.sleepTo(10);
    scene.says(beatAnswer());
    scene.ends(0);
    scene.says(acks("a"));
    expect(scene.told.slice(-3, -1)).toEqual([`10 ! moved to ${BORROWER}: redirect`, "10 #1 close"]);
    expect(scene.sent().join()).not.toContain("ABORTED");
  });

  test("without anybody to acknowledge it, it goes a second later", () => {
    const scene = inSession();
    scene.says(work("a"), redirect());
    scene.sleepTo(10);
    scene.closes("ERR_CONN_RESET");
    scene.settle();
    scene.fails(0);
    scene.passTo(11);
    expect(scene.told).toContain(`11 ! moved to ${BORROWER}: redirect`);
  });

  test.each(["pull", "push"] as const)("a %s worker", (style) => {
    const scene = createWorkerScene({ style });
    scene.start();
    scene.opens();
    scene.passTo(1);
    scene.says(query("ana"), classRedirect());
    scene.sleepTo(10);
    scene.says(style === "pull" ? NO_TASK : { TASK: "KEEPALIVE" });
    expect(scene.node.status()).toMatchObject({ isAway: false, running: 1 });
    scene.settle();
    scene.fails(0);
    scene.passTo(11);
    expect(scene.sent().at(-1)).toEqual(ABORTED);
    expect(scene.told.at(-1)).toBe(`${style === "pull" ? 11 : 10.1} #2 dial ${BORROWER}`);
  });
});

test("a task that is begun when what ran has been given up is handed back with the move", () => {
  const scene = inSession({ slots: 2 });
  scene.says(work("hangs"), redirect(7, { borrower: undefined, leaseMs: 20_000 }));
  scene.passTo(6);
  scene.opens();
  scene.says(NO_TASK);
  scene.passToDial();
  scene.passTo(25.5);
  scene.opens();
  scene.passTo(31.5);
  scene.says(query("late"));
  scene.passTo(32);
  expect(scene.sent().at(-1)).toEqual(ABORTED);
  expect(scene.told).toContain("32 ! moved to 127.0.0.1:9101: lease-over");
  scene.fails(1);
  scene.opens();
  expect(scene.sent().at(-1)).toContain('"holding":[]');
});
