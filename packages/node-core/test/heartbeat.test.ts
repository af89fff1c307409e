import { seconds } from "@mutirao/primitives";
import { describe, expect, test } from "vitest";
import { aliveAs, BARE, CLASS, createScene, LEGACY, peerB, peerC } from "./support/transcript.ts";

describe("the brief", () => {
  test("A asks B, B answers with its id, and A has discovered B", () => {
    const scene = createScene();
    scene.start();
    scene.opens("B");
    scene.says("B", aliveAs("b"));
    expect(scene.told).toEqual(["0 B <- dial", `0 B <- ${BARE}`, "0 ! b NEVER_SEEN -> ALIVE (first-answer)"]);
    expect(scene.status()).toEqual(["b ALIVE"]);
  });

  test("a bare request is answered in exactly the brief's shape", () => {
    const scene = createScene({ peers: [] });
    scene.start();
    scene.accept("B").says(BARE);
    expect(scene.told).toEqual([`0 B <- ${aliveAs("node-a")}`]);
  });

  test("B falls silent and is TIMEOUT at last_seen + timeout; its next answer makes it ALIVE", () => {
    const scene = createScene();
    scene.start();
    scene.passTo(0.5);
    scene.opens("B");
    scene.says("B", aliveAs("b"));
    scene.closes("B");
    scene.passTo(2);
    scene.closes("B", { code: "ERR_DIAL_REFUSED" });
    scene.passTo(4);
    scene.closes("B", { code: "ERR_DIAL_REFUSED" });
    scene.passTo(6);
    scene.opens("B");
    scene.passTo(6.5);
    expect(scene.told.at(-1)).toBe("6.5 ! b ALIVE -> TIMEOUT (silent)");
    scene.says("B", aliveAs("b"));
    expect(scene.told.at(-1)).toBe("6.5 ! b TIMEOUT -> ALIVE (answered-again)");
  });
});

describe("the class", () => {
  test("a request with SERVER_UUID is answered with both keys", () => {
    const scene = createScene({ peers: [] });
    scene.start();
    scene.accept("B").says('{"SERVER_UUID":"b","TASK":"HEARTBEAT"}');
    expect(scene.told).toEqual([
      '0 B <- {"SERVER_UUID":"node-a","TASK":"HEARTBEAT","RESPONSE":"ALIVE","SERVER_ID":"node-a"}',
      "0 ! stranger-heard",
    ]);
  });

  test("the older spelling is answered in the older spelling, a worker's beat like anybody's", () => {
    const scene = createScene({ peers: [] });
    scene.start();
    const caller = scene.accept("B");
    caller.says(LEGACY);
    caller.says('{"TASK":"WORKER_HEARTBEAT","WORKER_UUID":"w"}');
    expect(scene.told).toEqual([
      '0 B <- {"SERVER":"ALIVE","TASK":"RECIEVE"}',
      '0 B <- {"SERVER_UUID":"node-a","TASK":"HEARTBEAT","RESPONSE":"ALIVE","SERVER_ID":"node-a"}',
    ]);
  });

  test("a peer that closes on bare requests is asked in the next spelling, and what it answered is remembered", () => {
    const scene = createScene();
    scene.start();
    scene.opens("B");
    scene.closes("B");
    scene.passTo(2);
    scene.opens("B");
    scene.says("B", '{"SERVER_UUID":"b","TASK":"HEARTBEAT","RESPONSE":"ALIVE"}');
    scene.passTo(4);
    expect(scene.sends.map(({ line }) => line)).toEqual([BARE, CLASS, CLASS]);
    expect(scene.status()).toEqual(["b ALIVE"]);
  });

  test("a peer that knows the older spelling alone goes by its address", () => {
    const scene = createScene();
    scene.start();
    for (const atS of [0, 2, 4]) {
      scene.passTo(atS);
      scene.opens("B");
      if (atS < 4) scene.closes("B");
    }
    scene.says("B", '{"SERVER":"ALIVE","TASK":"RECIEVE"}');
    expect(scene.sends.map(({ line }) => line)).toEqual([BARE, CLASS, LEGACY]);
    expect(scene.status()).toEqual(["127.0.0.1:9102 ALIVE"]);
    scene.closes("B");
    scene.passTo(6);
    scene.opens("B");
    scene.closes("B");
    scene.opens("B");
    scene.says("B", '{"SERVER":"ALIVE","TASK":"RECIEVE"}');
    scene.closes("B");
    scene.passTo(8);
    scene.opens("B");
    // One trial, whose failure costs a connection and no beat; from then on it is settled.
    expect(scene.sends.map(({ line, at }) => [at, line]).slice(3)).toEqual([
      [6_000, BARE],
      [6_000, LEGACY],
      [8_000, LEGACY],
    ]);
  });

  test("a peer that hung up twice for want of something, and is well again, is not taken for one of the older spelling", () => {
    const scene = createScene();
    scene.start();
    for (const atS of [0, 2, 4]) {
      scene.passTo(atS);
      scene.opens("B");
      if (atS < 4) scene.closes("B");
    }
    scene.says("B", '{"SERVER":"ALIVE","TASK":"RECIEVE"}');
    scene.passTo(6);
    scene.says("B", aliveAs("b"));
    scene.passTo(8);
    expect(scene.sends.map(({ line }) => line).slice(3)).toEqual([BARE, BARE]);
    expect(scene.status()).toContain("b ALIVE");
  });
});

describe("a peer that is slow", () => {
  test("keeps its id: it is never asked in the spelling that has none", () => {
    const scene = createScene({ timeoutMs: seconds(600) });
    scene.start();
    scene.opens("B");
    scene.says("B", aliveAs("b"));
    for (let atS = 2; scene.sends.length < 20; atS++) {
      scene.passTo(atS);
      if (scene.told.at(-1)?.endsWith("dial") === true) scene.opens("B");
    }
    expect(scene.sends.some(({ line }) => line === LEGACY)).toBe(false);
    expect(new Set(scene.sends.map(({ line }) => line))).toEqual(new Set([BARE, CLASS]));
  });

  test("of the older spelling, whose program ended: the next one there is asked as one that we know nothing of", () => {
    const scene = createScene();
    scene.start();
    for (const atS of [0, 2, 4]) {
      scene.passTo(atS);
      scene.opens("B");
      if (atS < 4) scene.closes("B");
    }
    scene.says("B", '{"SERVER":"ALIVE","TASK":"RECIEVE"}');
    scene.closes("B");
    scene.passTo(6);
    scene.closes("B", { code: "ERR_DIAL_REFUSED" });
    scene.passTo(8);
    scene.opens("B");
    expect(scene.sends.at(-1)?.line).toBe(BARE);
  });
});

describe("connections", () => {
  test("one that the peer leaves open is used again", () => {
    const scene = createScene();
    scene.start();
    scene.opens("B");
    for (const atS of [0, 2, 4, 6, 8]) {
      scene.passTo(atS);
      scene.says("B", aliveAs("b"));
    }
    expect(scene.told.filter((line) => line.endsWith("dial"))).toHaveLength(1);
    expect(scene.sends.map(({ at }) => at)).toEqual([0, 2_000, 4_000, 6_000, 8_000]);
  });

  test("one that the peer closes is opened anew for each beat", () => {
    const scene = createScene();
    scene.start();
    for (const atS of [0, 2, 4]) {
      scene.passTo(atS);
      scene.opens("B");
      scene.says("B", aliveAs("b"));
      scene.closes("B");
    }
    expect(scene.told.filter((line) => line.endsWith("dial"))).toHaveLength(3);
    expect(scene.told.some((line) => line.includes("no answer"))).toBe(false);
  });

  test("one that the peer closes just as it is used again is no failure: the beat goes out on a new one, at once", () => {
    const scene = createScene();
    scene.start();
    scene.opens("B");
    scene.says("B", aliveAs("b"));
    scene.passTo(2);
    scene.closes("B");
    scene.opens("B");
    expect(scene.told.slice(-3)).toEqual([`2 B <- ${BARE}`, "2 B <- dial", `2 B <- ${BARE}`]);
  });

  test("the beat that went out anew has its own time: the old deadline is gone", () => {
    const scene = createScene();
    scene.start();
    scene.opens("B");
    scene.says("B", aliveAs("b"));
    scene.passTo(2);
    scene.passTo(3);
    scene.closes("B");
    scene.passTo(5.5);
    expect(scene.told.at(-1)).toBe("3 B <- dial");
    scene.opens("B");
    scene.says("B", aliveAs("b"));
    expect(scene.status()).toEqual(["b ALIVE"]);
  });

  test("one on which the answer is overdue is closed, and the beat that is due meanwhile goes out at once", () => {
    const scene = createScene();
    scene.start();
    scene.opens("B");
    scene.passTo(3);
    expect(scene.told.slice(-3)).toEqual([
      "3 B <- close",
      "3 ! no answer from 127.0.0.1:9102: ERR_ANSWER_TIMEOUT",
      "3 B <- dial",
    ]);
  });

  test("an answer that nobody asked for is no evidence", () => {
    const scene = createScene();
    scene.start();
    scene.opens("B");
    scene.says("B", aliveAs("b"));
    for (const atS of [0.5, 1, 1.5]) {
      scene.passTo(atS);
      scene.says("B", aliveAs("somebody-else"));
    }
    scene.accept("X").says(aliveAs("x"));
    expect(scene.status()).toEqual(["b ALIVE"]);
    expect(scene.node.registry()[0]?.lastSeenAt).toBe(0);
  });
});

describe("peers do not delay each other", () => {
  test("one that never answers, next to one that does", () => {
    const scene = createScene({ peers: [peerB, peerC] });
    scene.start();
    scene.passTo(0.001);
    scene.opens("B");
    scene.opens("C");
    scene.says("B", aliveAs("b"));
    for (let atS = 2; atS <= 20; atS += 2) {
      scene.passTo(atS);
      scene.says("B", aliveAs("b"));
    }
    const beatsToB = scene.told.filter((line) => line.includes(`B <- ${BARE}`)).map((line) => Number.parseFloat(line));
    expect(beatsToB).toEqual([0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20].map((atS) => (atS === 0 ? 0.001 : atS)));
    expect(scene.status()).toContain("b ALIVE");
  });

  test("those that do not answer share the dial slots; one that does never waits for them", () => {
    const dead = Array.from({ length: 20 }, (_, index) => ({ host: "127.0.0.1", port: 9_110 + index }));
    const scene = createScene({ peers: [peerB, ...dead], dialsMax: 4 });
    scene.start();
    scene.opens("B");
    scene.says("B", aliveAs("b"));
    scene.closes("B");
    scene.passTo(1.9);
    // B's slot was given back, and four of the dead hold the slots for good: nothing ever ends their dials.
    expect(scene.told.filter((line) => line.endsWith("dial"))).toHaveLength(1 + 4);
    scene.passTo(2);
    expect(scene.told.at(-1)).toBe("2 B <- dial");
  });

  test("a dial slot that is given back goes to who waits longest", () => {
    const peers = [9_102, 9_103, 9_104].map((port) => ({ host: "127.0.0.1", port }));
    const scene = createScene({ peers, dialsMax: 1 });
    scene.start();
    scene.passTo(1);
    scene.closes("B", { code: "ERR_DIAL_REFUSED" });
    scene.opens("C");
    expect(scene.told.filter((line) => line.endsWith("dial"))).toEqual(["0 B <- dial", "1 C <- dial", "1 D <- dial"]);
  });
});

describe("a peer that is TIMEOUT", () => {
  test("is probed for ever, at growing distances between the interval and the longest wait", () => {
    const scene = createScene({ timeoutMs: seconds(3) });
    scene.start();
    scene.opens("B");
    scene.says("B", aliveAs("b"));
    scene.closes("B");
    for (let atS = 1; atS < 600; atS++) {
      const dialsBefore = scene.told.filter((line) => line.endsWith("dial")).length;
      scene.passTo(atS);
      if (scene.told.filter((line) => line.endsWith("dial")).length > dialsBefore) {
        scene.closes("B", { code: "ERR_DIAL_REFUSED" });
      }
    }
    const dials = scene.told.filter((line) => line.endsWith("dial")).map((line) => Number.parseFloat(line));
    const gaps = dials.slice(1).map((at, index) => at - (dials[index] ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(2);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(31);
    expect(gaps.slice(-10).every((gap) => gap >= 15)).toBe(true);
    expect(new Set(gaps.slice(-10)).size).toBeGreaterThan(5);
    expect(dials.at(-1)).toBeGreaterThan(560);
  });

  test("is probed within an interval when somebody with its id beats us", () => {
    const scene = createScene({ timeoutMs: seconds(3) });
    scene.start();
    scene.opens("B");
    scene.says("B", aliveAs("b"));
    scene.closes("B");
    for (const atS of [2, 4, 8, 16]) {
      scene.passTo(atS);
      scene.closes("B", { code: "ERR_DIAL_REFUSED" });
    }
    const deadline = scene.node.nextDeadline();
    scene.passTo(16.5);
    scene.accept("X").says('{"SERVER_UUID":"b","TASK":"HEARTBEAT"}');
    const dialsBefore = scene.told.filter((line) => line.endsWith("dial")).length;
    scene.passTo(18.5);
    expect(scene.told.filter((line) => line.endsWith("dial"))).toHaveLength(dialsBefore + 1);
    expect(deadline).toBeDefined();
  });
});

test("a node that finds itself says so once, and looks again only now and then", () => {
  const scene = createScene();
  scene.start();
  scene.opens("B");
  for (let round = 0; round < 3; round++) {
    scene.passTo(round * 30);
    scene.says("B", aliveAs("node-a"));
  }
  expect(scene.told.filter((line) => line.includes("self-found"))).toHaveLength(1);
  expect(scene.sends.map(({ at }) => at)).toEqual([0, 30_000, 60_000]);
  expect(scene.status()).toEqual(["127.0.0.1:9102 NEVER_SEEN"]);
});

test("the registry is shown once per interval, once somebody was seen", () => {
  const scene = createScene();
  const due: number[] = [];
  scene.start();
  for (let atS = 0; atS <= 10; atS++) {
    const now = (atS * 1_000) as Parameters<typeof scene.node.handle>[1];
    const effects = scene.node.handle({ type: "wake" }, now);
    if (effects.some((effect) => effect.type === "notify" && effect.notice.kind === "registry-due")) due.push(atS);
    if (atS === 3) {
      scene.stallTo(atS);
      scene.opens("B");
      scene.says("B", aliveAs("b"));
    }
  }
  expect(due).toEqual([4, 6, 8, 10]);
});
