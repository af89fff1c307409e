import { type ConnId, formatEndpoint, seconds } from "@mutirao/primitives";
import { decodeLine } from "@mutirao/protocol";
import { describe, expect, test } from "vitest";
import { requestId } from "../src/index.ts";
import { createMasterScene, draft } from "./support/master-scene.ts";
import { createTown, endpointOf } from "./support/town.ts";

/** Rules towards nodes of other teams, each of which some of them need. `m2` is a peer that knows the class's words. */

const PEER = { host: "10.0.0.2", port: 9101 };

/** A master, m, with a peer of another team that answers beats; what is said to the peer else, the test answers. */
function besideForeignPeer() {
  const scene = createMasterScene({ peers: [PEER], pushPort: 9_102 });
  const address = formatEndpoint(PEER);
  const hear = (conn: ConnId, object: object): void => {
    const decoded = decodeLine(JSON.stringify(object));
    if (!("message" in decoded)) throw new Error("the peer says what nobody understands");
    scene.handle({ type: "message-received", conn, remote: PEER, message: decoded.message });
    scene.handle({ type: "conn-closed", conn, reason: { code: "CONN_ENDED" } });
  };
  /** Takes every call, and answers what is said on it. */
  const takeCalls = (answerTo: (line: string) => object | undefined): void => {
    for (let conn = scene.takesCall(address); conn !== undefined; conn = scene.takesCall(address)) {
      const said = scene.told.findLast((line) => line.includes(`${address} <- {`)) ?? "";
      const answer = said.includes("HEARTBEAT")
        ? { SERVER_UUID: "m2", TASK: "HEARTBEAT", RESPONSE: "ALIVE" }
        : answerTo(said);
      if (answer !== undefined) hear(conn, answer);
    }
  };
  /** Lets time pass, second by second. */
  const passTo = (atS: number, answerTo: (line: string) => object | undefined, each: () => void = () => {}): void => {
    for (let at = Math.ceil(scene.now() / 1_000); at <= atS; at++) {
      scene.passTo(at);
      takeCalls(answerTo);
      each();
    }
  };
  passTo(3, () => undefined);
  return { ...scene, passTo };
}

/** A push worker of the peer's that has done a task here and has nothing more to do. */
function pushGuest(owner: string) {
  const scene = besideForeignPeer();
  scene.submits(draft("a"));
  scene.opens("w9", { push: true, host: PEER.host });
  scene.says("w9", { WORKER: "ALIVE", WORKER_UUID: "w9", SERVER_UUID: owner });
  const pong = (): void => scene.says("w9", { STATUS: "PONG", WORKER_UUID: "w9" });
  pong();
  scene.says("w9", { STATUS: "OK", TASK: "QUERY", WORKER_UUID: "w9", SALDO: 1 });
  const acknowledge = (line: string): object | undefined =>
    line.includes("COMMAND_RELEASE") ? { SERVER_UUID: "m2", RESPONSE: "RELEASE_ACK", WORKERS_UUID: ["w9"] } : undefined;
  return { ...scene, passTo: (atS: number) => scene.passTo(atS, acknowledge, pong) };
}

describe("a push worker's connection is never just closed", () => {
  test("a guest that has nothing to do is told RETURN on it first, and again, and left to go by itself", () => {
    const scene = pushGuest("m2");
    scene.passTo(120);
    expect(scene.kept("a")).toMatchObject({ worker: "w9" });
    const said = scene.told
      .filter((line) => line.includes(" w9 <- "))
      .map((line) => line.slice(line.indexOf("<- ") + 3));
    expect(said).not.toContain("close");
    expect(said.filter((line) => line.includes('"RETURN"'))).toHaveLength(3);
    // And nothing that it would answer NOK to.
    expect(said.filter((line) => !/"TASK":"(?:QUERY|KEEPALIVE|RETURN)"/.test(line))).toEqual([]);
    scene.closes("w9");
    expect(scene.node.loans({ limit: 9 }, scene.now())).toMatchObject([{ worker: "w9", state: "left" }]);
  });

  const linesTo = (scene: { readonly told: readonly string[] }, name: string): readonly string[] =>
    scene.told.flatMap((line) => (line.includes(` ${name} <- `) ? [line.slice(line.indexOf("<- ") + 3)] : []));
  const RETURN_HERE = '{"TASK":"RETURN","SERVER_RETURN":{"ip":"127.0.0.1","port":9101}}';

  test("one too many is told RETURN before it", () => {
    const scene = createMasterScene({ pushPort: 9_102, workersMax: 1 });
    for (const worker of ["w1", "w2"]) {
      scene.opens(worker, { push: true });
      scene.says(worker, { WORKER: "ALIVE", WORKER_UUID: worker });
    }
    expect(linesTo(scene, "w2")).toEqual([RETURN_HERE, "close"]);
  });

  test("one that was given up for its silence is told RETURN before it", () => {
    const scene = createMasterScene({ pushPort: 9_102 });
    scene.opens("w1", { push: true });
    scene.says("w1", { WORKER: "ALIVE", WORKER_UUID: "w1" });
    scene.passTo(120);
    expect(linesTo(scene, "w1").slice(-2)).toEqual([RETURN_HERE, "close"]);
  });
});

describe("a push worker has at most one line to answer", () => {
  /** What follows a line that w9 has not answered yet. */
  const behind = (told: readonly string[]): readonly string[] => {
    const wrong: string[] = [];
    let isAsked = false;
    for (const line of told) {
      if (line === "w9 answers") isAsked = false;
      else if (line.includes(" w9 <- ")) {
        if (isAsked) wrong.push(line);
        isAsked = /KEEPALIVE|QUERY/.test(line);
      }
    }
    return wrong;
  };

  test("one that is turned away is told RETURN and nothing else, with the address that it knows", () => {
    const scene = createMasterScene({ pushPort: 9_102 });
    scene.opens("w9", { push: true });
    scene.says("w9", { WORKER: "ALIVE", WORKER_UUID: "w9", SERVER_UUID: "10.0.0.8:9101" });
    expect(scene.told.filter((line) => line.includes("w9 <- "))).toEqual([
      '0 w9 <- {"TASK":"RETURN","SERVER_RETURN":{"ip":"10.0.0.8","port":9101}}',
    ]);
  });

  test("one of ours is not sent to whoever asks before it has answered", () => {
    const scene = besideForeignPeer();
    scene.opens("w9", { push: true });
    scene.says("w9", { WORKER: "ALIVE", WORKER_UUID: "w9" });
    const request = { TASK: "WORKER_REQUEST", REQUESTOR_INFO: { ip: PEER.host, port: PEER.port } };
    const ask = (name: string): void => {
      scene.opens(name, { host: PEER.host });
      scene.says(name, request);
    };
    ask("m2-1");
    expect(behind(scene.told)).toEqual([]);
    scene.told.push("w9 answers");
    scene.says("w9", { STATUS: "PONG", WORKER_UUID: "w9" });
    ask("m2-2");
    expect(scene.told.join()).toContain('w9 <- {"TASK":"REDIRECT"');
    expect(behind(scene.told)).toEqual([]);
  });

  test("a guest that is slow to answer is told RETURN when it has answered, and not before", () => {
    const scene = besideForeignPeer();
    scene.submits(draft("a"));
    scene.opens("w9", { push: true, host: PEER.host });
    scene.says("w9", { WORKER: "ALIVE", WORKER_UUID: "w9", SERVER_UUID: "m2" });
    const says = (line: object): void => {
      scene.told.push("w9 answers");
      scene.says("w9", { ...line, WORKER_UUID: "w9" });
    };
    /** It does its task at once, and takes two seconds to answer a question. */
    let askedForS = 0;
    const answer = (): void => {
      const last = scene.told.findLast((line) => line.includes(" w9 <- ") || line === "w9 answers") ?? "";
      askedForS = last.includes("KEEPALIVE") ? askedForS + 1 : 0;
      if (askedForS === 2) says({ STATUS: "PONG" });
      else if (last.includes("QUERY")) says({ STATUS: "OK", TASK: "QUERY", SALDO: 1 });
    };
    const acknowledge = (line: string): object | undefined =>
      line.includes("COMMAND_RELEASE")
        ? { SERVER_UUID: "m2", RESPONSE: "RELEASE_ACK", WORKERS_UUID: ["w9"] }
        : undefined;
    scene.passTo(60, acknowledge, answer);
    expect(scene.kept("a")).toMatchObject({ state: "done" });
    expect(scene.told.filter((line) => line.includes('"RETURN"'))).toHaveLength(3);
    expect(behind(scene.told)).toEqual([]);
  });
});

describe("a push worker of ours that was told to go", () => {
  const refuse = (): undefined => undefined;

  /** w1 was redirected to the peer, at 3 s, on its connection for life. */
  function redirected() {
    const scene = besideForeignPeer();
    scene.opens("w1", { push: true });
    scene.says("w1", { WORKER: "ALIVE", WORKER_UUID: "w1" });
    const pong = (): void => scene.says("w1", { STATUS: "PONG", WORKER_UUID: "w1" });
    pong();
    scene.passTo(4, refuse);
    scene.handle({ type: "lend", request: requestId(99), peer: "m2", workers: 1 });
    expect(scene.told.filter((line) => line.includes('w1 <- {"TASK":"REDIRECT"'))).toHaveLength(1);
    const loan = () => scene.node.loans({ limit: 9 }, scene.now())[0];
    return { ...scene, pong, loan };
  }

  test("and goes on answering here has not gone: it is given tasks again when its time is over", () => {
    const scene = redirected();
    scene.passTo(40, refuse, scene.pong);
    expect(scene.loan()).toMatchObject({ state: "home", reason: "it did not go" });
    scene.submits(draft("a"));
    scene.settle();
    expect(scene.told.at(-1)).toContain('w1 <- {"TASK":"QUERY"');
  });

  test("and says nothing more is with the borrower, though the end of its connection may have been missed", () => {
    const scene = redirected();
    scene.pong();
    scene.passTo(40, refuse);
    expect(scene.loan()).toMatchObject({ state: "lent" });
  });
});

describe("a peer that has finished sending when it has asked for workers", () => {
  const request = { TASK: "WORKER_REQUEST", REQUESTOR_INFO: { ip: PEER.host, port: PEER.port } };
  const withWorker = () => {
    const scene = besideForeignPeer();
    scene.opens("w1");
    scene.says("w1", { WORKER: "ALIVE", WORKER_UUID: "w1" });
    scene.settle();
    scene.opens("ask", { host: PEER.host });
    scene.slowDisk();
    scene.skip();
    scene.says("ask", request);
    return scene;
  };
  const answer = '<- {"SERVER_UUID":"m","RESPONSE":"AVAILABLE","WORKERS_UUID":["w1"]}';
  const toAsker = (scene: ReturnType<typeof withWorker>) => scene.told.flatMap((line) => line.split(" ask ")[1] ?? []);

  test("is answered when that is durable, and then its connection ends", () => {
    const scene = withWorker();
    expect(scene.owed).toContain("ask");
    scene.finishes("ask");
    expect(toAsker(scene)).toEqual([]);
    scene.commit();
    expect(toAsker(scene)).toEqual([answer, "<- close"]);
  });

  test("but one that has not may ask again on it, or finish later", () => {
    const scene = withWorker();
    scene.commit();
    scene.says("ask", request);
    expect(toAsker(scene)).toEqual([answer, '<- {"SERVER_UUID":"m","RESPONSE":"UNAVAILABLE"}']);
    scene.finishes("ask");
    expect(toAsker(scene).slice(2)).toEqual(["<- close"]);
  });
});

describe("a guest that pulls, and of which its owner says that it is home", () => {
  test("is given nothing for what it asked before: its task would be with nobody who is known", () => {
    const scene = besideForeignPeer();
    const line = (conn: string, object: object): void => {
      scene.opens(conn, { host: PEER.host });
      scene.says(conn, { WORKER_UUID: "w9", ...object });
    };
    const asks = { WORKER: "ALIVE", SERVER_UUID: "m2" };
    scene.submits(draft("a"));
    line("first", asks);
    scene.settle();
    line("report", { STATUS: "OK", TASK: "QUERY", SALDO: 1 });
    scene.settle();
    let isOver = false;
    const acknowledge = (said: string): object | undefined => {
      if (!said.includes("COMMAND_RELEASE")) return undefined;
      isOver = true;
      scene.submits(draft("b"));
      line("asked", asks);
      return { SERVER_UUID: "m2", RESPONSE: "RELEASE_ACK", WORKERS_UUID: ["w9"] };
    };
    for (let at = 4; !isOver && at < 90; at++) {
      line(`poll${at}`, asks);
      scene.settle();
      scene.passTo(at, acknowledge);
    }
    scene.opens("owner", { host: PEER.host });
    scene.says("owner", { SERVER_UUID: "m2", RESPONSE: "RELEASE_COMPLETED", WORKERS_UUID: ["w9"] });
    expect(scene.node.loans({ limit: 9 }, scene.now())).toMatchObject([{ worker: "w9", state: "left" }]);
    scene.settle();
    expect(scene.told.filter((said) => said.includes(" asked <- {"))).toEqual([
      expect.stringContaining('{"TASK":"NO_TASK"}'),
    ]);
    expect(scene.node.task(draft("b").id)).toMatchObject({ state: "pending" });
  });
});

describe("of COMMAND_RELEASE one is outstanding for each owner", () => {
  test("a second guest waits until the first notice is answered, or its 5 s are over", () => {
    const scene = besideForeignPeer();
    const guests = ["w7", "w8"];
    for (const guest of guests) {
      scene.submits(draft(guest));
      scene.opens(guest, { host: PEER.host });
      scene.says(guest, { WORKER: "ALIVE", WORKER_UUID: guest, SERVER_UUID: "m2" });
      scene.settle();
      scene.opens(`${guest}-result`, { host: PEER.host });
      scene.says(`${guest}-result`, { STATUS: "OK", TASK: "QUERY", WORKER_UUID: guest, SALDO: 1 });
      scene.passTo(scene.now() / 1_000 + 2, () => undefined);
    }
    const notices: { readonly atS: number; readonly line: string }[] = [];
    scene.passTo(60, (line) => {
      if (line.includes("COMMAND_RELEASE")) notices.push({ atS: scene.now() / 1_000, line });
      return undefined;
    });
    expect(notices.length).toBeGreaterThan(2);
    for (const [index, { atS }] of notices.entries()) {
      expect(atS - (notices[index - 1]?.atS ?? Number.NEGATIVE_INFINITY)).toBeGreaterThanOrEqual(5);
    }
    for (const guest of guests) expect(notices.filter(({ line }) => line.includes(guest)).length).toBeGreaterThan(0);
  });
});

describe("what is said to another team's nodes", () => {
  const WORDS = new Set([
    "HEARTBEAT",
    "QUERY",
    "NO_TASK",
    "WORKER_REQUEST",
    "COMMAND_RELEASE",
    "REDIRECT",
    "RETURN",
    "KEEPALIVE",
  ]);

  test("no TASK but the class's, and to whom has not shown EXT nothing but its version", () => {
    const town = createTown();
    const m2 = town.master("m2", ["m1"], { foreignLeaseMs: seconds(60) });
    const worker = town.foreign("m9", () => undefined);
    const m1 = town.foreign("m1", ({ line }) => {
      if (line.includes("HEARTBEAT")) return '{"SERVER_UUID":"m1","TASK":"HEARTBEAT","RESPONSE":"ALIVE"}';
      if (line.includes("WORKER_REQUEST")) return '{"SERVER_UUID":"m1","RESPONSE":"UNAVAILABLE"}';
      return line.includes("COMMAND_RELEASE")
        ? '{"SERVER_UUID":"m1","RESPONSE":"RELEASE_ACK","WORKERS_UUID":[]}'
        : undefined;
    });
    town.passTo(5);
    const answers: string[] = [];
    const poll = (more: object = {}) => {
      answers.push(
        ...town.forges("m2", worker.host, { WORKER: "ALIVE", WORKER_UUID: "w9", port: worker.port, ...more }),
      );
    };
    poll();
    const request = { TASK: "WORKER_REQUEST", REQUESTOR_INFO: { ip: m1.host, port: m1.port } };
    answers.push(...town.forges("m2", m1.host, request));
    town.passTo(150);
    poll();
    // It asks in its turn, has a guest, and sends it home.
    m2.submits("a", "b");
    town.passTo(151);
    poll({ WORKER_UUID: "w1", SERVER_UUID: "m1" });
    answers.push(
      ...town.forges("m2", worker.host, { STATUS: "OK", TASK: "QUERY", WORKER_UUID: "w1", SALDO: 1 }),
      ...town.forges("m2", worker.host, { STATUS: "NOK", TASK: "QUERY", WORKER_UUID: "w9", ERROR: "no" }),
    );
    town.passTo(300);
    const lines = [
      ...answers.filter((line) => line !== "(closed)"),
      ...town.said.flatMap(({ from, line }) => (from === "m2" ? [line] : [])),
    ].map((line) => JSON.parse(line) as { readonly TASK?: string; readonly EXT?: object });
    const seen = new Set(lines.flatMap(({ TASK }) => TASK ?? []));
    expect([...seen].filter((word) => !WORDS.has(word))).toEqual([]);
    expect(
      ["HEARTBEAT", "QUERY", "REDIRECT", "RETURN", "WORKER_REQUEST", "COMMAND_RELEASE"].filter(
        (word) => !seen.has(word),
      ),
    ).toEqual([]);
    expect(lines.filter(({ EXT }) => EXT !== undefined && JSON.stringify(EXT) !== '{"v":1}')).toEqual([]);
  });
});

describe("an owner has several names, and one address that it goes by", () => {
  const { host, port } = endpointOf("m2");

  test.each(["m2", host, `${host}:${port}`, `${host}:${port + 1}`])("a worker that says %s is m2's", (SERVER_UUID) => {
    const town = createTown();
    const m1 = town.master("m1", ["m2"]);
    town.master("m2", ["m1"]);
    town.passTo(5);
    m1.submits("a");
    town.forges("m1", host, { WORKER: "ALIVE", WORKER_UUID: "w9", SERVER_UUID });
    expect(m1.node.loans({ limit: 9 }, 0 as never)).toMatchObject([{ worker: "w9", owner: "m2", state: "held" }]);
  });

  test.each(["m1", "127.0.1.1", "127.0.1.1:9101", "127.0.1.1:9102"])(
    "a worker of ours that says %s, wherever it is, is ours",
    (SERVER_UUID) => {
      const town = createTown();
      const m1 = town.master("m1", ["m2"]);
      town.master("m2", ["m1"]);
      town.passTo(5);
      m1.submits("a");
      const alive = { WORKER: "ALIVE", WORKER_UUID: "w9", SERVER_UUID };
      expect(town.forges("m1", "10.0.0.9", alive)).toContain('{"TASK":"QUERY","USER":"ana"}');
      expect(m1.node.workers(0 as never)).toMatchObject([{ id: "w9", owner: "m1", isBorrowed: false }]);
    },
  );

  test("what a peer goes by means the peer, though this node could go by it, too", () => {
    const town = createTown();
    // Two nodes on one machine; a worker says no more than where that is.
    const m1 = town.master("m1", ["m2"], { connectAt: { host, port: 9_201 } });
    town.master("m2", ["m1"]);
    town.passTo(5);
    m1.submits("a");
    town.forges("m1", host, { WORKER: "ALIVE", WORKER_UUID: "w9", SERVER_UUID: host });
    expect(m1.node.loans({ limit: 9 }, 0 as never)).toMatchObject([{ worker: "w9", owner: "m2", state: "held" }]);
  });

  test.each([
    ["10.0.0.2:9102", '{"ip":"10.0.0.2","port":9102}'],
    ["m2", '{"ip":"10.0.0.2","port":9101}'],
  ])("a worker that says %s is told to return to that address, as its owner writes it", (SERVER_UUID, address) => {
    const scene = pushGuest(SERVER_UUID);
    scene.passTo(50);
    const returns = scene.told.filter((line) => line.includes('"RETURN"'));
    expect(returns.length).toBeGreaterThan(0);
    for (const line of returns) expect(line).toContain(`"SERVER_RETURN":${address}`);
  });
});
