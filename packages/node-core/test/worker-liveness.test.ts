import { describe, expect, test } from "vitest";
import { createWorkerScene, inSession, welcome, work } from "./support/worker-scene.ts";

const BEAT = '{"TASK":"WORKER_HEARTBEAT","WORKER_UUID":"w"}';

describe("liveness", () => {
  test("the worker sends its heartbeat once per interval of the welcome, answered like a heartbeat", () => {
    const scene = inSession();
    for (const atS of [2, 4, 6, 8, 10, 12]) {
      scene.passTo(atS);
      scene.says({ TASK: "HEARTBEAT", RESPONSE: "ALIVE", SERVER_UUID: "m", SERVER_ID: "m" });
    }
    expect(scene.told).toEqual([2, 4, 6, 8, 10, 12].map((atS) => `${atS} #1 <- ${BEAT}`));
  });

  test("a master that says nothing for the timeout of the welcome is left and tried again", () => {
    const scene = inSession();
    scene.passTo(9.9);
    expect(scene.told.at(-1)).toBe(`8 #1 <- ${BEAT}`);
    scene.passTo(10.2);
    expect(scene.told.slice(-3)).toEqual([
      "10 #1 close",
      "10 ! disconnected: ERR_MASTER_SILENT",
      expect.stringMatching(/^10\.1\d* #2 dial$/),
    ]);
  });

  test("any line is a sign of life, one that cannot be read included", () => {
    const scene = inSession();
    scene.passTo(9);
    scene.says("{");
    scene.passTo(18.9);
    expect(scene.told.some((line) => line.includes("close"))).toBe(false);
  });

  test("a stall of the worker's own is not the master's silence", () => {
    const scene = inSession();
    scene.passTo(8);
    scene.skip();
    scene.sleepTo(60);
    scene.wake();
    scene.passTo(69.9);
    expect(scene.told.slice(0, 2)).toEqual(["60 ! stalled", `60 #1 <- ${BEAT}`]);
    expect(scene.told.some((line) => line.includes("close"))).toBe(false);
    scene.passTo(70);
    expect(scene.told.some((line) => line.includes("ERR_MASTER_SILENT"))).toBe(true);
  });

  test("how long a stall is depends on the intervals of the welcome", () => {
    const scene = createWorkerScene();
    scene.start();
    scene.opens();
    scene.says(welcome({ intervalMs: 100, timeoutMs: 400 }));
    scene.sleepTo(0.5);
    scene.wake();
    expect(scene.told.slice(-2)).toEqual(["0.5 ! stalled", `0.5 #1 <- ${BEAT}`]);
  });

  test("a master that has shown that it is one may send longer lines", () => {
    const scene = createWorkerScene();
    scene.start();
    scene.opens();
    scene.says({ TASK: "STRANGE" });
    expect(scene.identified()).toBe(0);
    scene.says(welcome(), work("a"));
    expect(scene.identified()).toBe(1);
  });

  test("a master that takes the connection and never answers is tried again after 12 s", () => {
    const scene = createWorkerScene();
    scene.start();
    scene.opens();
    scene.passTo(12.5);
    expect(scene.told.slice(2)).toEqual([
      "12 #1 close",
      "12 ! disconnected: ERR_MASTER_NO_ANSWER",
      expect.stringMatching(/^12\.1\d* #2 dial$/),
    ]);
  });
});

describe("a worker reconnects with back-off for ever and pulls within one interval of the master's being back", () => {
  /** When each of the next dials begins, if each is refused. */
  const dials = (scene: ReturnType<typeof createWorkerScene>, count: number): number[] =>
    Array.from({ length: count }, () => {
      const at = scene.passToDial();
      scene.closes("ERR_DIAL_REFUSED");
      return at;
    });
  const distances = (at: readonly number[]): number[] => at.slice(1).map((time, index) => time - (at[index] ?? 0));

  test("0.1 s at first, doubling up to the ceiling, never in step with others", () => {
    const scene = createWorkerScene();
    scene.start();
    const waits = distances(dials(scene, 50));
    const ceilings = [0.2, 0.4, 0.8, 1.6, 2, 2, 2];
    for (const [index, ceiling] of ceilings.entries()) {
      expect(waits[index]).toBeGreaterThanOrEqual(ceiling / 2 - 1e-9);
      expect(waits[index]).toBeLessThanOrEqual(ceiling + 1e-9);
    }
    expect(Math.max(...waits)).toBeLessThanOrEqual(2 + 1e-9);
    expect(new Set(waits.slice(6).map((wait) => wait.toFixed(3))).size).toBeGreaterThan(30);
  });

  test("the interval of the master's last welcome is a ceiling, too", () => {
    const scene = createWorkerScene();
    scene.start();
    scene.opens();
    scene.says(welcome({ intervalMs: 500, timeoutMs: 1_500 }));
    scene.closes("ERR_CONN_RESET");
    expect(Math.max(...distances(dials(scene, 50)))).toBeCloseTo(0.5, 1);
  });

  test("an end in good order is followed by the next connection at once, but once only", () => {
    const scene = inSession();
    scene.passTo(3);
    scene.skip();
    scene.closes();
    expect(scene.told).toEqual(["3 ! disconnected: CONN_ENDED", "3 #2 dial"]);
    scene.opens();
    scene.says(welcome());
    scene.skip();
    scene.closes();
    expect(scene.told).toEqual(["3 ! disconnected: CONN_ENDED"]);
    // One that has lasted earns the next at once again.
    scene.passTo(4);
    scene.opens();
    scene.says(welcome());
    scene.passTo(7);
    scene.closes();
    expect(scene.told.at(-1)).toBe("7 #4 dial");
  });

  test("that the master stays away is told once for each reason", () => {
    const scene = createWorkerScene();
    scene.start();
    dials(scene, 20);
    expect(scene.told.filter((line) => line.includes("!"))).toEqual(["0 ! disconnected: ERR_DIAL_REFUSED"]);
  });
});
