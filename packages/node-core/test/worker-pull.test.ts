import { jsonText, seconds } from "@mutirao/primitives";
import { describe, expect, test } from "vitest";
import {
  ACK,
  ALIVE,
  createWorkerScene,
  hello,
  inSession,
  NO_TASK,
  query,
  RESYNCED,
  STATUS_OK,
  welcome,
  work,
} from "./support/worker-scene.ts";

/** A worker that has said ALIVE to a master of another team. */
function atForeignMaster(changes: Parameters<typeof createWorkerScene>[0] = {}) {
  const scene = createWorkerScene({ style: "pull", ...changes });
  scene.start();
  scene.opens();
  return scene;
}

const nok = (error: string): string => `{"STATUS":"NOK","TASK":"QUERY","WORKER_UUID":"w","ERROR":"${error}"}`;
const times = (told: readonly string[], what: string): number[] =>
  told.filter((line) => line.includes(what)).map((line) => Number(line.split(" ")[0]));

describe("pull: a new connection for each ALIVE and each STATUS; the master closes after the answer", () => {
  test("ALIVE, QUERY, the result, ACK; and the next ALIVE on a new connection", () => {
    const scene = atForeignMaster();
    scene.says(query("ana"));
    scene.closes();
    scene.passTo(1);
    scene.ends(0);
    scene.opens();
    scene.says(ACK);
    scene.opens();
    expect(scene.told).toEqual([
      "0 #1 dial",
      `0 #1 <- ${ALIVE}`,
      "0 ! connected, pull",
      '0 run 0 QUERY {"USER":"ana"} 60 s',
      "1 #2 dial",
      `1 #2 <- ${STATUS_OK}`,
      "1 #2 close",
      "1 #3 dial",
      `1 #3 <- ${ALIVE}`,
    ]);
  });

  test("a result is reported on the connection of its task if that is still open", () => {
    const scene = atForeignMaster();
    scene.says(query("ana"));
    scene.ends(0);
    scene.says(ACK);
    expect(scene.told.slice(-3)).toEqual([`0 #1 <- ${STATUS_OK}`, "0 #1 close", "0 #2 dial"]);
  });

  test("NO_TASK: asked again after a second, with jitter, for ever", () => {
    const scene = atForeignMaster();
    for (let atS = 1; atS <= 20; atS++) {
      scene.says(NO_TASK);
      scene.passTo(atS);
      scene.opens();
    }
    const dials = times(scene.told, "dial").slice(1);
    expect(dials.every((at, index) => at > index + 0.79 && at <= index + 1)).toBe(true);
    expect(new Set(dials.map((at, index) => (at - index).toFixed(3))).size).toBeGreaterThan(10);
    expect(scene.node.status()).toMatchObject({ phase: "connected", talk: "pull", master: undefined });
  });

  test("NOK adds ERROR, and then the worker does not ask for the next at once", () => {
    const scene = atForeignMaster();
    scene.says(query("nobody"));
    scene.fails(0);
    scene.says(ACK);
    scene.passTo(1);
    expect(scene.sent().at(-1)).toBe(nok("ERR_TASK_FAILED: no such user"));
    expect(times(scene.told, "dial").at(-1)).toBeGreaterThan(0.7);
  });

  test("a handler that gives a worker's reason for handing a task back has failed", () => {
    const scene = atForeignMaster();
    scene.says(query("nobody"));
    scene.fails(0, "ERR_TASK_ABORTED");
    expect(scene.sent().at(-1)).toBe(nok("ERR_TASK_FAILED: ERR_TASK_ABORTED: no such user"));
  });

  test("USER is any JSON", () => {
    const scene = atForeignMaster();
    scene.says('{"TASK":"QUERY","USER":["ana",{"cpf":"joão"}]}');
    expect(scene.told.at(-1)).toBe('0 run 0 QUERY {"USER":["ana",{"cpf":"jo\\u00e3o"}]} 60 s');
  });

  test("one task at a time, however many slots there are", () => {
    const scene = atForeignMaster({ slots: 8 });
    scene.says(query("ana"), query("bia"));
    expect(scene.told.at(-1)).toBe('0 run 0 QUERY {"USER":"ana"} 60 s');
    scene.closes();
    scene.passTo(59);
    expect(times(scene.told, "dial")).toEqual([0]);
  });

  test("a worker without a handler for QUERY says so", () => {
    const scene = atForeignMaster({ types: ["other"] });
    scene.says(query("ana"));
    expect(scene.sent().at(-1)).toMatch(/^\{"STATUS":"NOK".*ERR_TASK_TYPE_UNKNOWN/);
  });

  test("a result that takes more than the class's readers take is a failure", () => {
    const scene = atForeignMaster();
    scene.says(query("ana"));
    scene.ends(0, jsonText(`{"SALDO":"${"9".repeat(1_400)}"}`));
    expect(scene.sent().at(-1)).toMatch(/^\{"STATUS":"NOK".*ERR_TASK_OUTPUT_INVALID/);
  });

  test("but whatever else a handler returns is left out", () => {
    const scene = atForeignMaster();
    scene.says(query("ana"));
    scene.ends(0, jsonText(`{"STATUS":"NOK","SALDO":1,"history":"${"9".repeat(1_400)}"}`));
    expect(scene.sent().at(-1)).toBe(STATUS_OK);
  });
});

describe("report on the connection that is still open, else on a new one, and retry until acknowledged (5 s per try)", () => {
  test("a missing ACK on a connection that stays open is not an error", () => {
    const scene = atForeignMaster();
    scene.says(query("ana"));
    scene.ends(0);
    scene.skip();
    scene.passTo(4.9);
    expect(scene.told).toEqual([]);
    scene.passTo(5);
    expect(scene.told).toEqual(["5 #1 close", "5 #2 dial"]);
  });

  test("a connection that breaks before the ACK is followed by another, each 5 s", () => {
    const scene = atForeignMaster();
    scene.says(query("ana"));
    scene.ends(0);
    for (const brokenS of [0, 2, 4]) {
      scene.passTo((times(scene.told, STATUS_OK).at(-1) ?? 0) + brokenS);
      scene.closes("ERR_CONN_RESET");
      scene.passToDial();
      scene.opens();
    }
    scene.says(ACK);
    expect(times(scene.told, STATUS_OK)).toEqual([0, 5, 10, 15]);
    expect(scene.told.at(-1)).toBe("15 #5 dial");
  });

  test("no task is asked for while a result is not delivered", () => {
    const scene = atForeignMaster();
    scene.says(query("ana"));
    scene.closes();
    scene.ends(0);
    for (let atS = 5; atS < 60; atS += 5) {
      scene.closes("ERR_DIAL_REFUSED");
      scene.passTo(atS);
    }
    scene.opens();
    expect(scene.sent()).toEqual([ALIVE, STATUS_OK]);
  });

  test("after 10 minutes of that the result is given up, and said to be", () => {
    const scene = atForeignMaster();
    scene.says(query("ana"));
    scene.closes();
    scene.ends(0);
    scene.skip();
    for (let atS = 5; atS <= 605; atS += 5) {
      scene.closes("ERR_DIAL_TIMEOUT");
      scene.passTo(atS);
    }
    expect(scene.told.filter((line) => line.includes("!"))).toEqual([
      "0 ! disconnected: ERR_DIAL_TIMEOUT",
      "600 ! result-given-up",
    ]);
    scene.opens();
    expect(scene.sent()).toEqual([ALIVE]);
  });

  test("a master that takes the report on its own connection and closes without a word, twice, never acknowledges", () => {
    const scene = atForeignMaster();
    scene.says(query("ana"));
    scene.ends(0);
    scene.closes();
    scene.passTo(5);
    scene.opens();
    scene.closes();
    scene.passTo(10);
    scene.opens();
    scene.closes();
    expect(scene.told.slice(-2)).toEqual([`10 #3 <- ${STATUS_OK}`, "10 #4 dial"]);
    // From then on once is enough.
    scene.opens();
    scene.says(query("bia"));
    scene.closes();
    scene.ends(1);
    scene.opens();
    scene.closes();
    expect(scene.told.slice(-2)).toEqual([`10 #5 <- ${STATUS_OK}`, "10 #6 dial"]);
  });
});

describe("a worker of ours, at a foreign master: wait up to 12 s for the first line", () => {
  test("a master that answers late is listened to", () => {
    const scene = atForeignMaster();
    scene.passTo(11.9);
    scene.says(query("ana"));
    expect(scene.told.at(-1)).toBe('11.9 run 0 QUERY {"USER":"ana"} 60 s');
  });

  test("one that closes without a word is asked again at growing distances", () => {
    const scene = atForeignMaster();
    const dials = [0];
    for (let time = 0; time < 4; time++) {
      scene.closes();
      dials.push(scene.passToDial());
      scene.opens();
    }
    const waits = dials.slice(1).map((at, index) => at - (dials[index] ?? 0));
    expect(waits.map((wait, index) => wait > 0.09 * 2 ** index && wait < 0.21 * 2 ** index)).toEqual(
      Array(4).fill(true),
    );
  });

  test("a stall of our own gives the time back", () => {
    const scene = atForeignMaster();
    scene.sleepTo(20);
    scene.wake();
    scene.passTo(31.9);
    expect(scene.told.some((line) => line.includes("close"))).toBe(false);
    scene.passTo(32);
    expect(scene.told.some((line) => line.includes("ERR_MASTER_NO_ANSWER"))).toBe(true);
  });

  test("and so it does to the ACK", () => {
    const scene = atForeignMaster();
    scene.says(query("ana"));
    scene.ends(0);
    scene.skip();
    scene.sleepTo(20);
    scene.wake();
    scene.passTo(24.9);
    expect(scene.told).toEqual(["20 ! stalled"]);
  });

  test("orders of another kind are ignored with a notice, and the answer is waited for", () => {
    const scene = atForeignMaster();
    scene.says({ TASK: "COMMAND_RELEASE", WORKERS_UUID: ["w"] });
    scene.says({ TASK: "SLEEP" });
    expect(scene.told.slice(-2)).toEqual(["0 ! ignored command-release", "0 ! ignored TASK SLEEP"]);
    scene.says(query("ana"));
    expect(scene.node.status().running).toBe(1);
  });
});

describe("which words a master understands shows in its first answer", () => {
  test("the offer of a session is an ALIVE that foreign masters read as such", () => {
    const scene = createWorkerScene();
    scene.start();
    scene.opens();
    scene.says(NO_TASK);
    scene.passTo(1);
    scene.opens();
    scene.says(query("ana"));
    expect(scene.told.filter((line) => !line.includes("dial"))).toEqual([
      `0 #1 <- ${hello()}`,
      "0 ! connected, pull",
      "0 #1 close",
      expect.stringContaining(`#2 <- ${hello()}`),
      '1 run 0 QUERY {"USER":"ana"} 60 s',
    ]);
  });

  test("a master of ours in its place is recognised at the next ALIVE", () => {
    const scene = createWorkerScene();
    scene.start();
    scene.opens();
    scene.says(NO_TASK);
    scene.passTo(1);
    scene.opens();
    scene.says(welcome());
    expect(scene.sent().at(-1)).toBe(RESYNCED);
    expect(scene.node.status()).toMatchObject({ talk: "session", master: "m" });
  });

  test("a foreign one in the place of ours gets no more than one task, and only if a slot is free", () => {
    const scene = inSession({ slots: 1 });
    scene.says(work("a"));
    scene.closes();
    scene.passTo(1);
    scene.opens();
    scene.says(query("ana"));
    expect(scene.sent().at(-1)).toMatch(/^\{"STATUS":"NOK".*ERR_WORKER_BUSY/);
    expect(scene.node.status().running).toBe(1);
  });

  test("told to pull, the worker takes no offer of a session", () => {
    const scene = atForeignMaster();
    scene.says(welcome());
    expect(scene.told.at(-1)).toBe("0 ! ignored worker-welcome");
  });

  test("EXT of another version counts as absent", () => {
    const scene = createWorkerScene({ pollMs: seconds(2) });
    scene.start();
    scene.opens();
    scene.says({ SERVER_UUID: "m", TASK: "NO_TASK", EXT: { v: 2, graceMs: "?" } });
    expect(scene.node.status().talk).toBe("pull");
  });
});
