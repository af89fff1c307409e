import { describe, expect, test } from "vitest";
import { createTown, endpointOf } from "./support/town.ts";

/**
 * Who may do what: each word that could move a worker, said by the wrong one. m1 has borrowed w2 from m2; m3 is a peer of
 * both and has nothing to do with it; `10.9.9.9` is nobody.
 */
function inMidLoan() {
  const town = createTown();
  const m1 = town.master("m1", ["m2", "m3"]);
  const m2 = town.master("m2", ["m1", "m3"]);
  const m3 = town.master("m3", ["m1", "m2"]);
  const w1 = town.worker("w1", "m1");
  const w2 = town.worker("w2", "m2");
  town.passTo(5);
  m1.submits("a", "b", "c", "d");
  town.passTo(6);
  expect(m2.loans()).toEqual(["out w2@1 lent"]);
  const before = { loans: [m1.loans(), m2.loans(), m3.loans()], running: [w1.running.size, w2.running.size] };
  const expectNothingChanged = (): void => {
    expect({ loans: [m1.loans(), m2.loans(), m3.loans()], running: [w1.running.size, w2.running.size] }).toEqual(
      before,
    );
    expect(w2.node.status()).toMatchObject({ isAway: true, phase: "connected" });
  };
  return { town, m1, m2, m3, w1, w2, expectNothingChanged };
}

const nobody = "10.9.9.9";
const hostOf = (name: string): string => endpointOf(name).host;

/** Whatever is said is told as well, line by line. */
const lastDecision = ({ notices }: Pick<ReturnType<typeof createTown>, "notices">) =>
  notices.findLast(({ notice }) => notice.kind !== "line-exchanged");

describe("COMMAND_RELEASE is for the borrower and the owner of each worker", () => {
  const release = {
    SERVER_UUID: "m1",
    TASK: "COMMAND_RELEASE",
    WORKERS_UUID: ["w2"],
    EXT: { v: 1, leases: [["w2", 1]] },
  };

  test.each([
    ["a stranger in the borrower's name", nobody, release],
    ["another peer in the borrower's name", hostOf("m3"), release],
    ["another peer in its own name", hostOf("m3"), { ...release, SERVER_UUID: "m3" }],
    ["a stranger without a name", nobody, { TASK: "COMMAND_RELEASE", WORKERS_UUID: ["w2"] }],
  ])("not for %s: the answer lists nobody", (_, host, line) => {
    const { town, expectNothingChanged } = inMidLoan();
    expect(town.forges("m2", host, line)).toEqual(['{"SERVER_UUID":"m2","RESPONSE":"RELEASE_ACK","WORKERS_UUID":[]}']);
    expectNothingChanged();
    expect(lastDecision(town)).toMatchObject({ who: "m2", notice: { kind: "order-refused", workers: ["w2"] } });
  });

  test("each listed worker is judged by itself", () => {
    const { town, m2 } = inMidLoan();
    const answer = town.forges("m2", hostOf("m1"), { ...release, WORKERS_UUID: ["w2", "w7"] });
    // One that is not lent may be given back as often as the peer likes.
    expect(answer).toEqual(['{"SERVER_UUID":"m2","RESPONSE":"RELEASE_ACK","WORKERS_UUID":["w2","w7"]}']);
    expect(m2.loans()).toEqual(["out w2@1 returning"]);
  });

  test("an owner reclaims its own workers, and no others", () => {
    const { town, m1, expectNothingChanged } = inMidLoan();
    const reclaim = { TASK: "COMMAND_RELEASE", WORKERS_UUID: ["w2"], EXT: { v: 1, leases: [["w2", 1]], count: 1 } };
    expect(town.forges("m1", hostOf("m3"), { SERVER_UUID: "m3", ...reclaim })).toEqual([
      '{"SERVER_UUID":"m1","RESPONSE":"RELEASE_ACK","WORKERS_UUID":[]}',
    ]);
    expectNothingChanged();
    expect(town.forges("m1", hostOf("m2"), { SERVER_UUID: "m2", ...reclaim })).toEqual([
      '{"SERVER_UUID":"m1","RESPONSE":"RELEASE_ACK","WORKERS_UUID":["w2"]}',
    ]);
    expect(m1.loans()).toEqual(["in w2@1 held"]);
  });
});

describe("WORKER_REQUEST is for live peers, and for themselves", () => {
  const request = (host: string, more: object = {}) => ({
    SERVER_UUID: "m1",
    TASK: "WORKER_REQUEST",
    REQUESTOR_INFO: { ip: host, port: 9101, ...more },
    EXT: { v: 1, ask: "x", backlog: 9, serviceMs: 100, workers: 1, lifeMs: 0 },
  });

  test("a stranger gets nobody", () => {
    const { town, expectNothingChanged } = inMidLoan();
    const [answer = ""] = town.forges("m2", nobody, request(nobody));
    expect(answer).toContain('"RESPONSE":"UNAVAILABLE"');
    expect(answer).toContain('"code":"LEND_UNKNOWN_PEER"');
    expectNothingChanged();
    expect(lastDecision(town)).toMatchObject({ who: "m2", notice: { kind: "lend-asked", code: "LEND_UNKNOWN_PEER" } });
  });

  test("nor does it learn how many could be spared, or for how long tasks wait", () => {
    const town = createTown();
    town.master("m2", ["m1"]);
    town.worker("w2", "m2");
    town.passTo(5);
    expect(town.forges("m2", nobody, request(nobody)).join()).toContain('"spare":0,"waitMs":0}');
  });

  test("another peer in the asker's name gets nobody, nor does it ask in its place", () => {
    const { town, expectNothingChanged } = inMidLoan();
    const [answer] = town.forges("m2", hostOf("m3"), request(hostOf("m1")));
    expect(answer).toContain('"code":"LEND_UNKNOWN_PEER"');
    expectNothingChanged();
  });

  test("a peer that has fallen silent gets nobody, before it answers a beat again", () => {
    const town = createTown();
    const m2 = town.master("m2", ["m1"]);
    const m1 = town.master("m1", ["m2"]);
    town.worker("w2", "m2");
    town.passTo(5);
    m1.crash();
    town.passTo(20);
    const [answer] = town.forges("m2", hostOf("m1"), request(hostOf("m1")));
    expect(answer).toContain('"code":"LEND_UNKNOWN_PEER"');
    expect(m2.loans()).toEqual([]);
  });

  test("workers are sent to nobody's address but the asker's own", () => {
    const { town, expectNothingChanged } = inMidLoan();
    const [answer] = town.forges("m2", hostOf("m1"), request(nobody));
    expect(answer).toContain('"code":"LEND_BAD_ADDRESS"');
    expectNothingChanged();
  });

  test("who asks again and again is told to wait", () => {
    const { town } = inMidLoan();
    const answers = Array.from({ length: 120 }, () => town.forges("m2", hostOf("m1"), request(hostOf("m1")))[0]);
    expect(answers.filter((answer) => answer?.includes("LEND_TOO_OFTEN"))).toHaveLength(20);
  });

  test("more than 64 at once is taken for 64", () => {
    const town = createTown();
    const m2 = town.master("m2", ["m1"]);
    town.master("m1", ["m2"]);
    town.passTo(5);
    for (let index = 0; index < 70; index++) town.worker(`v${index}`, "m2");
    town.passTo(6);
    town.forges("m2", hostOf("m1"), request(hostOf("m1"), { needed: 1_000 }));
    expect(m2.loans()).toHaveLength(64);
  });
});

describe("answers are for who asked", () => {
  test.each([
    ["AVAILABLE", { SERVER_UUID: "m2", RESPONSE: "AVAILABLE", WORKERS_UUID: ["w9"] }],
    ["UNAVAILABLE", { SERVER_UUID: "m2", RESPONSE: "UNAVAILABLE" }],
    ["RELEASE_ACK", { SERVER_UUID: "m2", RESPONSE: "RELEASE_ACK", WORKERS_UUID: ["w2"] }],
  ])("%s that nobody asked for changes nothing, and its connection ends", (_, line) => {
    const { town, expectNothingChanged } = inMidLoan();
    expect(town.forges("m1", hostOf("m2"), line)).toEqual(["(closed)"]);
    expectNothingChanged();
  });
});

describe("an answer counts once", () => {
  test("AVAILABLE said again by the peer that was asked promises nobody more, and its connection ends", () => {
    const { town, m1, expectNothingChanged } = inMidLoan();
    const offer = town.said.find(({ from, to, line }) => from === "m2" && to === "m1" && line.includes('"AVAILABLE"'));
    const broken = (): number => town.notices.filter(({ notice }) => notice.kind === "promise-broken").length;
    const before = broken();
    expect(town.forges("m1", hostOf("m2"), JSON.parse(offer?.line ?? "") as object)).toEqual(["(closed)"]);
    expectNothingChanged();
    town.passTo(9);
    expect(broken()).toBe(before);
    expect(m1.loans()).toEqual(["in w2@1 held"]);
  });
});

describe("RELEASE_COMPLETED is for the owner", () => {
  const completed = { RESPONSE: "RELEASE_COMPLETED", WORKERS_UUID: ["w2"], EXT: { v: 1, leases: [["w2", 1]] } };

  test.each([
    ["a stranger in the owner's name", nobody, { SERVER_UUID: "m2", ...completed }],
    ["another peer in the owner's name", hostOf("m3"), { SERVER_UUID: "m2", ...completed }],
    ["another peer", hostOf("m3"), { SERVER_UUID: "m3", ...completed }],
  ])("not for %s", (_, host, line) => {
    const { town, expectNothingChanged } = inMidLoan();
    town.forges("m1", host, line);
    expectNothingChanged();
  });
});

describe("HEARTBEAT is answered to anybody, and renews leases for the borrower alone", () => {
  const beat = { SERVER_UUID: "m1", TASK: "HEARTBEAT", EXT: { v: 1, guests: [["w2", 1]] } };

  test("in the borrower's name from another host it renews nothing, and tells nothing", () => {
    const { town, m2, w2 } = inMidLoan();
    town.cut("m1", "m2");
    w2.crash();
    for (let second = 7; second < 45; second += 2) {
      expect(town.forges("m2", nobody, beat)).toEqual([
        '{"SERVER_UUID":"m2","TASK":"HEARTBEAT","RESPONSE":"ALIVE","SERVER_ID":"m2","EXT":{"v":1}}',
      ]);
      town.passTo(second);
    }
    expect(m2.loans()).toEqual(["out w2@1 lost"]);
  });

  test("in a peer's name it does not make that peer live, nor known by that name", () => {
    const town = createTown();
    const m1 = town.master("m1", ["m2"]);
    town.worker("w1", "m1");
    for (let second = 1; second < 10; second++) {
      town.forges("m1", nobody, { SERVER_UUID: "m2", TASK: "HEARTBEAT", EXT: { v: 1, guests: [] } });
      town.passTo(second);
    }
    expect(town.notices.filter(({ notice }) => notice.kind === "peer-transitioned")).toEqual([]);
    expect(m1.node.registry().map(({ serverId, status }) => [serverId, status])).toEqual([[undefined, "NEVER_SEEN"]]);
  });

  test("another who goes by the id of a worker that is away does not bring it home", () => {
    const { town, expectNothingChanged } = inMidLoan();
    expect(town.forges("m2", nobody, { WORKER: "ALIVE", WORKER_UUID: "w2" })).toContain('{"TASK":"NO_TASK"}');
    expectNothingChanged();
  });
});

describe("lists are as long as a line has room for", () => {
  const long = (index: number): string => `${"w".repeat(120)}${index}`;

  test("a release of a thousand workers is acknowledged as far as the line goes", () => {
    const { town } = inMidLoan();
    const workers = Array.from({ length: 400 }, (_, index) => long(index));
    const [answer = ""] = town.forges("m2", hostOf("m1"), {
      SERVER_UUID: "m1",
      TASK: "COMMAND_RELEASE",
      WORKERS_UUID: workers,
    });
    expect(answer.length).toBeGreaterThan(1_000);
    expect(answer.length).toBeLessThan(1_400);
  });

  test("five hundred guests that are unknown are not all named in the answer to a beat", () => {
    const { town } = inMidLoan();
    const guests = Array.from({ length: 420 }, (_, index) => [long(index), 1]);
    const [answer = ""] = town.forges("m2", hostOf("m1"), {
      SERVER_UUID: "m1",
      TASK: "HEARTBEAT",
      EXT: { v: 1, guests },
    });
    expect(answer.length).toBeGreaterThan(30_000);
    expect(answer.length).toBeLessThan(48 * 1_024);
  });
});

test("STATUS is for the worker that has the task: from another host it is nobody's, whatever name it bears", () => {
  const town = createTown();
  const m1 = town.master("m1", ["m2"]);
  m1.submits("a");
  expect(town.forges("m1", "10.0.0.5", { WORKER: "ALIVE", WORKER_UUID: "w9" }).join()).toContain("QUERY");
  const status = { STATUS: "OK", TASK: "QUERY", WORKER_UUID: "w9", SALDO: 0 };
  expect(town.forges("m1", nobody, status).join()).toContain("ACK");
  expect(m1.done).toEqual([]);
  town.forges("m1", "10.0.0.5", status);
  expect(m1.done).toEqual(["a"]);
});
