import { seconds } from "@mutirao/primitives";
import { describe, expect, test } from "vitest";
import { aliveAs, BARE, createScene } from "./support/transcript.ts";

describe("a node that was stalled itself", () => {
  const stalledScene = () => {
    const scene = createScene();
    scene.start();
    scene.opens("B");
    scene.says("B", aliveAs("b"));
    scene.passTo(2);
    scene.says("B", aliveAs("b"));
    scene.stallTo(12);
    return scene;
  };

  test("accuses nobody before a fresh round, and the peer that answers stays ALIVE", () => {
    const scene = stalledScene();
    scene.wake();
    expect(scene.told.slice(-2)).toEqual(["12 ! stalled for 8000 ms", `12 B <- ${BARE}`]);
    scene.says("B", aliveAs("b"));
    scene.passTo(13);
    expect(scene.told.some((line) => line.includes("TIMEOUT"))).toBe(false);
  });

  test("whatever reaches it first, the wake-up or a socket, and says so once", () => {
    const scene = stalledScene();
    scene.accept("X").says(BARE);
    scene.wake();
    expect(scene.told.filter((line) => line.includes("stalled"))).toHaveLength(1);
    scene.says("B", aliveAs("b"));
    scene.passTo(13);
    expect(scene.told.some((line) => line.includes("TIMEOUT"))).toBe(false);
  });

  test("accuses a peer that is really gone, one timeout after the stall", () => {
    const scene = stalledScene();
    scene.wake();
    scene.passTo(17.9);
    expect(scene.status()).toEqual(["b ALIVE"]);
    scene.passTo(18);
    expect(scene.status()).toEqual(["b TIMEOUT"]);
  });

  test("for less than a stall takes to be one still gives an overdue answer the time back", () => {
    const scene = createScene({ timeoutMs: seconds(60) });
    scene.start();
    scene.opens("B");
    scene.passTo(2.5);
    scene.stallTo(4.5);
    scene.wake();
    expect(scene.told.some((line) => line.includes("stalled") || line.includes("close"))).toBe(false);
    scene.says("B", aliveAs("b"));
    expect(scene.status()).toEqual(["b ALIVE"]);
  });

  test("gives no verdict at the wake-up that comes long after the first event", () => {
    const scene = stalledScene();
    scene.accept("X").says(BARE);
    scene.stallTo(25);
    scene.wake();
    expect(scene.told.some((line) => line.includes("TIMEOUT"))).toBe(false);
    expect(scene.told.filter((line) => line.includes("stalled"))).toHaveLength(1);
  });

  test("keeps the answer that is waiting unread in the socket of an overdue beat", () => {
    const scene = createScene();
    scene.start();
    scene.opens("B");
    scene.stallTo(10);
    scene.wake();
    scene.says("B", aliveAs("b"));
    expect(scene.status()).toEqual(["b ALIVE"]);
  });
});
