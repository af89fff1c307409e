import { type ConnId, type Endpoint, nodeId, seconds } from "@mutirao/primitives";
import { decodeLine } from "@mutirao/protocol";
import { describe, expect, test } from "vitest";
import { type MasterEvent, type MasterNodeOptions, requestId } from "../src/index.ts";
import { createMasterScene, draft, hello, ok, results } from "./support/master-scene.ts";

const PEER = "10.0.0.2:9101";
const peerEndpoint: Endpoint = { host: "10.0.0.2", port: 9101 };

/** A master with a peer that answers, and with idle workers of its own. */
function createScene({
  workers = ["w1", "w2", "w3"],
  isForeign = false,
  ...changes
}: Partial<MasterNodeOptions> & { workers?: readonly string[]; isForeign?: boolean } = {}) {
  const scene = createMasterScene({ peers: [peerEndpoint], ...changes });
  const onDialled = (object: object): ConnId | undefined => {
    const conn = scene.dialled(PEER);
    const decoded = decodeLine(JSON.stringify(object));
    if (conn === undefined || !("message" in decoded)) throw new Error("the peer cannot answer");
    scene.handle({ type: "message-received", conn, remote: peerEndpoint, message: decoded.message });
    return conn;
  };
  scene.passTo(3);
  onDialled({ SERVER_UUID: "m2", TASK: "HEARTBEAT", RESPONSE: "ALIVE", ...(isForeign ? {} : { EXT: { v: 1 } }) });
  for (const worker of workers) {
    scene.opens(worker);
    scene.says(worker, hello(worker), results(worker, [], { resynced: true }));
  }
  scene.skip();
  let requests = 1_000;
  type Order = Extract<MasterEvent, { readonly type: "borrow" | "lend" | "reclaim" | "drain" }>;
  type Loose<T> = T extends unknown ? Omit<T, "request"> : never;
  const orders = (order: Loose<Order>) => {
    scene.handle({ ...order, request: requestId(requests++) } as Order);
    return scene.answers.at(-1);
  };
  const loans = () => scene.node.loans({ limit: 10 }, scene.now());
  return { ...scene, onDialled, orders, loans };
}

const refusedAs = (code: string) => ({ kind: "refused", refusal: { code } });

describe("lend by hand", () => {
  test("an idle worker is sent to a peer that has not asked, as soon as that is durable", () => {
    const scene = createScene();
    scene.slowDisk();
    expect(scene.orders({ type: "lend", peer: "m2", workers: 1 })).toEqual({ kind: "lending", loans: ["w1@1"] });
    expect(scene.loans()).toMatchObject([
      { id: "w1@1", direction: "out", owner: "m", borrower: "m2", state: "flushing" },
    ]);
    expect(scene.told.filter((line) => line.includes("w1 <-"))).toEqual([]);
    scene.commit();
    expect(scene.told.find((line) => line.includes("w1 <-"))).toContain('"REDIRECT"');
    expect(scene.loans()).toMatchObject([{ state: "offered", leaseLeftMs: undefined, tasksDone: undefined }]);
    scene.closes("w1");
    expect(scene.loans()).toMatchObject([{ state: "lent", leaseLeftMs: 30_000 + 5_000 }]);
    const shown = scene.node.workers(scene.now()).find(({ id }) => id === "w1");
    expect(shown).toMatchObject({ status: "LENT", owner: "m", isBorrowed: false, at: peerEndpoint });
  });

  test("named workers go, or none of them", () => {
    const scene = createScene();
    const named = (...ids: readonly string[]) => scene.orders({ type: "lend", peer: PEER, workers: ids.map(nodeId) });
    expect(named("w3", "w9")).toMatchObject(refusedAs("ERR_WORKER_NOT_IDLE"));
    expect(scene.loans()).toEqual([]);
    expect(named("w3", "w2")).toEqual({ kind: "lending", loans: ["w3@1", "w2@1"] });
  });

  test("a worker with a task is not idle", () => {
    const scene = createScene({ workers: ["w1"] });
    scene.submits(draft("t"));
    expect(scene.orders({ type: "lend", peer: "m2", workers: 1 })).toMatchObject(refusedAs("ERR_NONE_IDLE"));
    expect(scene.orders({ type: "lend", peer: "m2", workers: [nodeId("w1")] })).toMatchObject(
      refusedAs("ERR_WORKER_NOT_IDLE"),
    );
  });

  test("the operator's limits hold", () => {
    const scene = createScene({ lendMax: 2, lendReserve: 2 });
    expect(scene.orders({ type: "lend", peer: "m2", workers: [nodeId("w1"), nodeId("w2")] })).toMatchObject(
      refusedAs("ERR_LEND_LIMIT"),
    );
    expect(scene.orders({ type: "lend", peer: "m2", workers: 3 })).toMatchObject({ loans: ["w1@1"] });
    expect(scene.orders({ type: "lend", peer: "m2", workers: 1 })).toMatchObject(refusedAs("ERR_LEND_LIMIT"));
  });

  test.each([
    ["to nobody that is known", {}, "m9", "ERR_PEER_UNKNOWN"],
    ["to one that is barred", { noLendTo: ["m2"] }, "m2", "ERR_PEER_BARRED"],
    ["where lending is off", { lending: "off" }, "m2", "ERR_LENDING_OFF"],
    ["where lending is only observed", { lending: "observe" }, "m2", "ERR_LENDING_OFF"],
  ] as const)("not %s", (_, changes, peer, code) => {
    expect(createScene(changes).orders({ type: "lend", peer, workers: 1 })).toMatchObject(refusedAs(code));
  });

  test("not to a peer that is silent", () => {
    const scene = createScene();
    scene.passTo(60);
    expect(scene.orders({ type: "lend", peer: "m2", workers: 1 })).toMatchObject(refusedAs("ERR_PEER_NOT_ALIVE"));
  });
});

describe("lines of a worker that are read when it is elsewhere", () => {
  const toldOn = ({ told }: ReturnType<typeof createScene>, conn: string): readonly string[] =>
    told.filter((line) => line.includes(` ${conn} <- `) && line.includes('"REDIRECT"'));

  /**
   * w1 said hello on a connection that it gave up, was lent on another, came back on a third and lost its disk, so that
   * it would now follow any order. None of that has been read but the loan.
   */
  test("an old hello is answered with the order on its own connection, which has ended, and on no other", () => {
    const scene = createScene({ workers: ["w1"] });
    scene.opens("old");
    scene.orders({ type: "lend", peer: "m2", workers: 1 });
    scene.closes("w1");
    expect(scene.loans()).toMatchObject([{ id: "w1@1", state: "lent" }]);
    scene.opens("home");
    scene.opens("forgetful");
    scene.skip();
    scene.says("old", hello("w1"));
    expect([toldOn(scene, "old").length, scene.told.filter((line) => line.includes('"REDIRECT"')).length]).toEqual([
      1, 1,
    ]);
    scene.closes("old");
    scene.says("home", hello("w1", { epoch: 1 }));
    scene.closes("home");
    scene.says("forgetful", hello("w1", { boot: "w1-2" }));
    expect(scene.loans()).toMatchObject([{ id: "w1@1", state: "home" }]);
    expect([toldOn(scene, "home"), toldOn(scene, "forgetful")]).toEqual([[], []]);
    // It is told the number that it has forgotten.
    expect(scene.told.find((line) => line.includes(" forgetful <- "))).toContain('"epoch":1');
  });

  test("an order whose worker has left before it could be said is said to nobody", () => {
    const scene = createScene({ workers: ["w1"] });
    scene.slowDisk();
    scene.orders({ type: "lend", peer: "m2", workers: 1 });
    scene.closes("w1");
    scene.skip();
    scene.commit();
    expect(scene.told.filter((line) => line.includes('"REDIRECT"'))).toEqual([]);
  });
});

describe("reclaim by hand", () => {
  const lent = () => {
    const scene = createScene();
    scene.orders({ type: "lend", peer: "m2", workers: 2 });
    for (const worker of ["w1", "w2"]) scene.closes(worker);
    scene.skip();
    return scene;
  };

  test("one loan, once", () => {
    const scene = lent();
    expect(scene.orders({ type: "reclaim", what: { loan: "w2@1" } })).toEqual({ kind: "reclaiming", loans: ["w2@1"] });
    expect(scene.told.filter((line) => line.includes("dial"))).toEqual([`3 dial ${PEER}`]);
    expect(scene.orders({ type: "reclaim", what: { loan: "w2@1" } })).toMatchObject(refusedAs("ERR_LOAN_NOT_OUT"));
    expect(scene.orders({ type: "reclaim", what: { loan: "w2@2" } })).toMatchObject(refusedAs("ERR_LOAN_UNKNOWN"));
  });

  test("what a peer has, or everything; nothing is no mistake", () => {
    const scene = lent();
    expect(scene.orders({ type: "reclaim", what: { peer: "m9" } })).toMatchObject(refusedAs("ERR_PEER_UNKNOWN"));
    expect(scene.orders({ type: "reclaim", what: { peer: "m2" } })).toMatchObject({ loans: ["w1@1", "w2@1"] });
    expect(scene.orders({ type: "reclaim", what: "all" })).toEqual({ kind: "reclaiming", loans: [] });
    const notice = scene.told.find((line) => line.includes("reclaim-ordered"));
    expect(notice).toContain('"workers":2,"why":"an operator wants them back"');
  });

  test("a worker that asks for work at its own pace, and was not told yet, is not sent away any more", () => {
    const scene = createScene({ workers: [] });
    const poll = (conn: string): void => {
      scene.opens(conn);
      scene.says(conn, { WORKER: "ALIVE", WORKER_UUID: "w9" });
      scene.settle();
    };
    poll("first");
    scene.orders({ type: "lend", peer: "m2", workers: 1 });
    expect(scene.orders({ type: "reclaim", what: "all" })).toEqual({ kind: "reclaiming", loans: ["w9@1"] });
    scene.submits(draft("a"));
    poll("second");
    expect(scene.loans()).toMatchObject([{ id: "w9@1", state: "home", reason: "it is wanted here, and has not gone" }]);
    expect(scene.told.find((line) => line.includes(" second <- "))).toContain('"QUERY"');
  });

  test("from another team's master more than one line has room for: the rest is said when it has acknowledged", () => {
    const workers = Array.from({ length: 10 }, (_, index) => `w${index}`);
    const scene = createScene({ workers, isForeign: true });
    scene.orders({ type: "lend", peer: "m2", workers: 10 });
    for (const worker of workers) scene.closes(worker);
    scene.skip();
    const said = () => scene.told.flatMap((line) => /"COMMAND_RELEASE","WORKERS_UUID":(\[.*?\])/.exec(line)?.[1] ?? []);
    const acknowledges = (...ids: readonly string[]) =>
      scene.onDialled({ SERVER_UUID: "m2", RESPONSE: "RELEASE_ACK", WORKERS_UUID: ids });
    scene.orders({ type: "reclaim", what: "all" });
    acknowledges(...workers.slice(0, 8));
    acknowledges("w8", "w9");
    expect(said()).toEqual([JSON.stringify(workers.slice(0, 8)), '["w8","w9"]']);
    scene.passTo(20);
    expect(said()).toHaveLength(2);
  });

  test("again from another team's master that did not take the order, once it was said as often as it is", () => {
    const scene = createScene({ workers: ["w1"], isForeign: true });
    scene.orders({ type: "lend", peer: "m2", workers: 1 });
    scene.closes("w1");
    const reclaimed = () => scene.orders({ type: "reclaim", what: { loan: "w1@1" } });
    expect(reclaimed()).toEqual({ kind: "reclaiming", loans: ["w1@1"] });
    for (let second = 4; second < 18; second++) {
      scene.passTo(second);
      scene.dialFails(PEER);
      if (second === 6) expect(reclaimed()).toMatchObject(refusedAs("ERR_LOAN_NOT_OUT"));
    }
    expect(reclaimed()).toEqual({ kind: "reclaiming", loans: ["w1@1"] });
  });

  test("a loan that is over shows when, and why", () => {
    const scene = lent();
    scene.passTo(4);
    scene.opens("w1");
    scene.says("w1", hello("w1", { epoch: 1 }));
    expect(scene.loans()).toMatchObject([
      { id: "w2@1", endedAt: undefined },
      { id: "w1@1", state: "home", endedAt: 1_000_000 + 4_000, reason: "it came back by itself" },
    ]);
    expect(scene.node.loans({ limit: 10, direction: "in" }, scene.now())).toEqual([]);
    expect(scene.node.loans({ limit: 1 }, scene.now())).toHaveLength(1);
  });
});

describe("where lending is only observed", () => {
  const decided = ({ told }: ReturnType<typeof createScene>, kind: string): object[] =>
    told.flatMap((line) => {
      const [, found, fields = ""] = /^\S+ (\S+) (.*)$/.exec(line) ?? [];
      return found === kind ? [JSON.parse(fields)] : [];
    });

  test("whom it would ask is told, and nobody is asked", () => {
    const scene = createScene({ lending: "observe", workers: ["w1"] });
    scene.submits(draft("a"), draft("b"), draft("c"));
    expect(decided(scene, "borrow-asked")).toMatchObject([{ peer: PEER, isObserved: true }]);
    scene.passTo(10);
    expect(scene.told.filter((line) => line.includes("WORKER_REQUEST"))).toEqual([]);
  });

  test("whom it would lend is told, and nobody is lent", () => {
    const scene = createScene({ lending: "observe", lendMax: 1 });
    const asks = () =>
      scene.says("asker", { TASK: "WORKER_REQUEST", REQUESTOR_INFO: { ip: peerEndpoint.host, port: 9_101 } });
    scene.opens("asker", { host: peerEndpoint.host });
    asks();
    expect(decided(scene, "lend-asked").at(-1)).toMatchObject({ code: "LEND_OFF", ifOn: "some" });
    scene.submits(draft("a"), draft("b"), draft("c"), draft("d"));
    asks();
    expect(decided(scene, "lend-asked").at(-1)).toMatchObject({ code: "LEND_OFF", ifOn: "LEND_SATURATED" });
    expect(scene.loans()).toEqual([]);
  });
});

describe("borrow by hand", () => {
  test("the peer is asked although nothing waits", () => {
    const scene = createScene();
    expect(scene.orders({ type: "borrow", peer: undefined, workers: 3 })).toEqual({
      kind: "borrowing",
      asks: [{ peer: PEER, workers: 3 }],
    });
    scene.dialled(PEER);
    expect(scene.told.find((line) => line.includes("WORKER_REQUEST"))).toContain("3");
    expect(scene.orders({ type: "borrow", peer: "m2", workers: 1 })).toMatchObject(refusedAs("ERR_ASK_OPEN"));
  });

  test("each peer is asked for what it has said that it has, and the first of the others for the rest", () => {
    const others = ["10.0.0.3", "10.0.0.4"].map((host) => ({ host, port: 9_101 }));
    const scene = createScene({ peers: [peerEndpoint, ...others] });
    for (const [index, { host, port }] of others.entries()) {
      const conn = scene.dialled(`${host}:${port}`);
      const figures = { spare: 2, waitMs: 0, backlog: 0, workers: 2, serviceMs: 100, state: "NORMAL" };
      const reply = { SERVER_UUID: `m${index + 3}`, TASK: "HEARTBEAT", RESPONSE: "ALIVE" };
      const decoded = decodeLine(JSON.stringify(index === 0 ? { ...reply, EXT: { v: 1, figures } } : reply));
      if (conn === undefined || !("message" in decoded)) throw new Error("the peer cannot answer");
      scene.handle({ type: "message-received", conn, remote: { host, port }, message: decoded.message });
    }
    expect(scene.orders({ type: "borrow", peer: undefined, workers: 5 })).toEqual({
      kind: "borrowing",
      asks: [
        { peer: "10.0.0.3:9101", workers: 2 },
        { peer: PEER, workers: 3 },
      ],
    });
  });

  test.each([
    ["from a stranger", {}, "m9", "ERR_PEER_UNKNOWN"],
    ["above the limit", { borrowMax: 0 }, "m2", "ERR_BORROW_LIMIT"],
    ["where lending is off", { lending: "off" }, undefined, "ERR_LENDING_OFF"],
    ["where there are no peers", { peers: [] }, undefined, "ERR_PEER_NOT_ALIVE"],
  ] as const)("not %s", (_, changes, peer, code) => {
    const scene = "peers" in changes ? undefined : createScene(changes);
    if (scene !== undefined) {
      expect(scene.orders({ type: "borrow", peer, workers: 1 })).toMatchObject(refusedAs(code));
      return;
    }
    const alone = createMasterScene();
    alone.handle({ type: "borrow", request: requestId(1), peer, workers: 1 });
    expect(alone.answers).toMatchObject([refusedAs(code)]);
  });
});

describe("drain", () => {
  test("nothing more is accepted, and it is over when the tasks have ended", () => {
    const scene = createScene({ workers: ["w1"] });
    scene.submits(draft("t"));
    scene.orders({ type: "drain", forMs: seconds(60), until: "tasks" });
    expect(scene.answers).toHaveLength(1);
    scene.submits(draft("u"));
    expect(scene.answers.at(-1)).toMatchObject({
      drafts: [{ refusal: { code: "ERR_MASTER_DRAINING", retryAfterMs: 5_000 } }],
    });
    scene.says("w1", results("w1", [ok("t")]));
    expect(scene.answers.at(-1)).toEqual({ kind: "drained", isComplete: true });
  });

  test("lent workers are called back first, and then waited for", () => {
    const scene = createScene({ workers: ["w1"] });
    scene.orders({ type: "lend", peer: "m2", workers: 1 });
    scene.closes("w1");
    scene.skip();
    scene.orders({ type: "drain", forMs: seconds(60), until: "tasks" });
    expect(scene.told.join()).toContain("this master is about to end");
    expect(scene.answers.at(-1)).toMatchObject({ kind: "lending" });
    scene.opens("w1");
    scene.says("w1", hello("w1", { epoch: 1 }));
    expect(scene.answers.at(-1)).toEqual({ kind: "drained", isComplete: true });
  });

  test("one whose lease is not durable yet does not go at all, and its number is spent", () => {
    const scene = createScene({ workers: ["w1"] });
    scene.slowDisk();
    scene.orders({ type: "lend", peer: "m2", workers: 1 });
    scene.orders({ type: "drain", forMs: seconds(60), until: "tasks" });
    expect(scene.answers).toHaveLength(1);
    scene.commit();
    expect(scene.told.filter((line) => line.includes('"REDIRECT"'))).toEqual([]);
    expect(scene.loans()).toMatchObject([{ id: "w1@1", state: "home" }]);
    expect(scene.answers.at(-1)).toEqual({ kind: "drained", isComplete: true });
    const leases = scene.writes.flatMap(({ changes }) => changes).filter(({ kind }) => kind === "leased");
    expect(leases.at(-1)).toMatchObject({ lease: { worker: "w1", epoch: 2, borrower: undefined } });
  });

  test("for no longer than it may take", () => {
    const scene = createScene({ workers: [] });
    scene.submits(draft("t"));
    scene.orders({ type: "drain", forMs: seconds(10), until: "tasks" });
    scene.passTo(12.9);
    expect(scene.answers).toHaveLength(1);
    scene.passTo(13);
    expect(scene.answers.at(-1)).toEqual({ kind: "drained", isComplete: false });
  });

  test("for the guests alone is over at once if there are none, whatever waits", () => {
    const scene = createScene({ workers: [] });
    scene.submits(draft("t"));
    expect(scene.orders({ type: "drain", forMs: seconds(10), until: "guests" })).toEqual({
      kind: "drained",
      isComplete: true,
    });
  });

  test("a guest goes home, and is waited for", () => {
    const scene = createScene({ workers: [] });
    scene.submits(draft("t", { type: "other" }));
    scene.opens("g");
    scene.says("g", {
      WORKER: "ALIVE",
      WORKER_UUID: "g",
      SERVER_UUID: "m2",
      EXT: { v: 1, boot: "1", slots: 1, types: ["QUERY"], holding: [], epoch: 1 },
    });
    scene.says("g", results("g", [], { resynced: true }));
    expect(scene.loans()).toMatchObject([
      { id: "g@1", direction: "in", owner: "m2", borrower: "m", state: "held", tasksDone: 0 },
    ]);
    expect(scene.node.workers(scene.now())).toMatchObject([{ id: "g", owner: "m2", isBorrowed: true }]);
    scene.skip();
    scene.orders({ type: "drain", forMs: seconds(60), until: "guests" });
    expect(scene.answers).toHaveLength(1);
    scene.wake();
    scene.onDialled({ SERVER_UUID: "m2", RESPONSE: "RELEASE_ACK", WORKERS_UUID: ["g"] });
    scene.passTo(3.1);
    expect(scene.told.find((line) => line.includes("g <-"))).toContain("RETURN");
    scene.closes("g");
    expect(scene.answers.at(-1)).toEqual({ kind: "drained", isComplete: true });
    expect(scene.loans()).toMatchObject([{ state: "left", tasksDone: 0 }]);
  });
});
