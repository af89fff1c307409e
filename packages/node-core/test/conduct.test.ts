import { seconds } from "@mutirao/primitives";
import { expect, test } from "vitest";
import { BARE, createScene, peerB } from "./support/transcript.ts";

const strict = { peers: [], malformedPerConnectionMax: 3, malformedPerSourceMax: 5, muteMs: seconds(60) };

test("a line that no node would send closes its connection at once, and is told of once", () => {
  const scene = createScene(strict);
  scene.start();
  scene.accept("X").says("5");
  expect(scene.told).toEqual(["0 ! line-refused", "0 X <- close"]);
});

test("bad lines are dropped one by one, and too many of them close the connection", () => {
  const scene = createScene(strict);
  scene.start();
  const caller = scene.accept("X");
  caller.says("{");
  caller.says(BARE);
  caller.says("{");
  expect(scene.told.filter((line) => line.includes("X <-"))).toHaveLength(1);
  caller.says("{");
  expect(scene.told.at(-1)).toBe("0 X <- close");
  expect(scene.told.filter((line) => line.includes("line-refused"))).toHaveLength(1);
});

test("an address that goes on from connection to connection is muted for a while, and others are not", () => {
  const scene = createScene(strict);
  scene.start();
  for (let count = 0; count < 5; count++) scene.accept("X", "10.0.0.9").says("{");
  expect(scene.told.at(-1)).toBe("0 ! source-muted");
  scene.accept("X", "10.0.0.9");
  expect(scene.told.at(-1)).toBe("0 X <- close");
  scene.accept("Y", "10.0.0.8").says(BARE);
  expect(scene.told.at(-1)).toContain("Y <- {");
  scene.passTo(60);
  scene.accept("X", "10.0.0.9").says(BARE);
  expect(scene.told.at(-1)).toContain("X <- {");
});

test("bad lines that come slowly enough mute nobody", () => {
  const scene = createScene(strict);
  scene.start();
  for (let count = 0; count < 20; count++) {
    scene.passTo(count * 16);
    scene.accept("X").says("{");
  }
  expect(scene.told.some((line) => line.includes("source-muted"))).toBe(false);
});

test("words that we do not know are told of and cost nothing", () => {
  const scene = createScene(strict);
  scene.start();
  const caller = scene.accept("X");
  for (let count = 0; count < 20; count++) caller.says('{"TASK":"DANCE"}');
  caller.says(BARE);
  expect(new Set(scene.told.slice(0, 20))).toEqual(new Set(["0 ! message-unknown"]));
  expect(scene.told.at(-1)).toContain("X <- {");
});

test("a stranger is told of once, and how many are remembered is bounded", () => {
  const scene = createScene({ peers: [], strangersMax: 2 });
  scene.start();
  const caller = scene.accept("X");
  for (const id of ["s", "s", "t", "s", "u", "s"]) caller.says(`{"SERVER_UUID":"${id}","TASK":"HEARTBEAT"}`);
  // The third stranger pushed out the first, which is news again.
  expect(scene.told.filter((line) => line.includes("stranger-heard"))).toHaveLength(4);
  expect(scene.sends).toHaveLength(6);
});

test("bad lines on connections that are still open do not end the muting", () => {
  const scene = createScene(strict);
  scene.start();
  const early = scene.accept("X", "10.0.0.9");
  for (let count = 0; count < 5; count++) scene.accept("X", "10.0.0.9").says("{");
  early.says("{");
  scene.accept("X", "10.0.0.9");
  expect(scene.told.at(-1)).toBe("0 X <- close");
});

test("bad answers on a connection that we dialled do not mute whoever shares the peer's address", () => {
  const scene = createScene({ ...strict, peers: [peerB], malformedPerConnectionMax: 100 });
  scene.start();
  scene.opens("B");
  for (let count = 0; count < 20; count++) scene.says("B", "{");
  expect(scene.told.some((line) => line.includes("source-muted"))).toBe(false);
  scene.accept("X", peerB.host).says(BARE);
  expect(scene.told.at(-1)).toContain("X <- {");
});
