import { epochMs, nodeId } from "@mutirao/primitives";
import type { ReportedLoan, ReportedWorker } from "@mutirao/protocol";
import { describe, expect, test } from "vitest";
import { createBench, T0 } from "./support/bench.ts";

const worker = (id: string, owner?: string, status = "ALIVE"): ReportedWorker => ({
  ...{ id, status, slots: 1, busy: 0, owner },
});

const loan = (state: string): ReportedLoan => ({
  ...{ id: "l1", worker: "w1", lender: "lender", borrower: "borrower", state, endsAt: epochMs(T0 + 60_000) },
});

describe("STALLED", () => {
  test("is raised once, and cleared when the state is another", () => {
    const bench = createBench();
    for (let count = 0; count < 3; count++) bench.report("m1", { extension: { state: "STALLED" } });
    expect(bench.alarms()).toStrictEqual([["STALLED", "m1", null]]);
    expect(bench.model.take()?.alarms).toMatchObject([{ kind: "STALLED", clearedAt: null, text: /^m1 is STALLED/ }]);
    bench.report("m1", { extension: { state: "NORMAL" } });
    expect(bench.alarms()).toStrictEqual([]);
    expect(bench.model.take()?.alarms).toMatchObject([{ kind: "STALLED", clearedAt: expect.any(String) }]);
  });

  test("stands while the master is silent, and ends when it is forgotten", () => {
    const bench = createBench();
    bench.report("m1", { farm: { tasksPending: 1, workersAlive: 0 } });
    bench.pass(100_000);
    expect(bench.alarms()).toHaveLength(1);
    bench.pass(3_600_000);
    expect(bench.alarms()).toStrictEqual([]);
  });
});

describe("a worker", () => {
  test("that moves from one master to another is at the one, then at the other, and no alarm", () => {
    const bench = createBench();
    const tell = (atHome: readonly ReportedWorker[], away: readonly ReportedWorker[], state?: string): void => {
      const loans = state === undefined ? [] : [loan(state)];
      bench.report("lender", { extension: { workers: atHome, loans } });
      bench.report("borrower", { extension: { workers: away, loans } });
    };
    const place = () => bench.model.parts().workers.map(({ id, owner, master }) => [id, owner, master]);
    tell([worker("w1")], []);
    expect(place()).toStrictEqual([["w1", "lender", "lender"]]);
    bench.pass(10_000);
    tell([worker("w1", undefined, "AWAY")], [], "redirected");
    expect(place()).toStrictEqual([["w1", "lender", null]]);
    bench.pass(10_000);
    tell([], [worker("w1", "lender")], "here");
    expect(place()).toStrictEqual([["w1", "lender", "borrower"]]);
    expect(bench.model.parts().loans).toMatchObject([{ id: "l1", state: "here", saidBy: ["lender", "borrower"] }]);
    bench.pass(10_000);
    tell([worker("w1")], []);
    bench.pass(10_000);
    expect(place()).toStrictEqual([["w1", "lender", "lender"]]);
    expect(bench.alarms()).toStrictEqual([]);
    expect(bench.notices().filter(([, kind]) => kind?.startsWith("loan"))).toStrictEqual([
      ["lender", "loan-begun"],
      ["borrower", "loan-over"],
    ]);
  });

  test("on loan that nobody has is astray after three intervals, until somebody has it", () => {
    const bench = createBench();
    const tell = (away: readonly ReportedWorker[]): void => {
      bench.report("lender", { extension: { loans: [loan("redirected")] } });
      bench.report("borrower", { extension: { workers: away } });
    };
    for (let count = 0; count < 3; count++) {
      tell([]);
      bench.pass(10_000);
    }
    expect(bench.alarms()).toStrictEqual([]);
    tell([]);
    bench.pass(10_000);
    expect(bench.alarms()).toStrictEqual([["WORKER_ASTRAY", "lender", "w1"]]);
    tell([worker("w1", "lender")]);
    bench.pass(1_000);
    expect(bench.alarms()).toStrictEqual([]);
  });

  test("cannot be missed at masters that do not name theirs, or are silent", () => {
    const bench = createBench();
    for (let count = 0; count < 6; count++) {
      bench.report("lender", { extension: { loans: [loan("redirected")] } });
      bench.report("borrower");
      bench.pass(10_000);
    }
    expect(bench.alarms()).toStrictEqual([]);
  });

  test("that two masters have for long is astray, until one of them has it no more", () => {
    const bench = createBench();
    const tell = (away: readonly ReportedWorker[]): void => {
      bench.report("lender", { extension: { workers: [worker("w1")] } });
      bench.report("borrower", { extension: { workers: away } });
    };
    for (let count = 0; count < 4; count++) {
      tell([worker("w1", "lender")]);
      bench.pass(10_000);
    }
    expect(bench.alarms()).toStrictEqual([["WORKER_ASTRAY", "lender", "w1"]]);
    tell([]);
    bench.pass(1_000);
    expect(bench.alarms()).toStrictEqual([]);
  });

  test("of the same id at two farms is two workers", () => {
    const bench = createBench();
    for (let count = 0; count < 6; count++) {
      for (const id of ["m1", "m2"]) bench.report(id, { extension: { workers: [worker("w1")] } });
      bench.pass(10_000);
    }
    expect(bench.model.parts().workers.map(({ owner }) => owner)).toStrictEqual(["m1", "m2"]);
    expect(bench.alarms()).toStrictEqual([]);
  });

  test("that a list cannot name any more is not gone at once", () => {
    const bench = createBench();
    bench.report("m1", { farm: { workersTotal: 2 }, extension: { workers: [worker("w1"), worker("w2")] } });
    bench.report("m1", { farm: { workersTotal: 3 }, extension: { workers: [worker("w2")] } });
    expect(bench.model.parts().workers).toHaveLength(2);
    for (let count = 0; count < 13; count++) {
      bench.pass(10_000);
      bench.report("m1", { farm: { workersTotal: 3 }, extension: { workers: [worker("w2")] } });
    }
    expect(bench.model.parts().workers.map(({ id }) => id)).toStrictEqual(["w2"]);
  });

  test("is forgotten with its master; and there is a limit to how many are known", () => {
    const bench = createBench({ workersMax: 10 });
    const workers = Array.from({ length: 50 }, (_, index) => worker(`w${index}`));
    bench.report("m1", { extension: { workers } });
    expect(bench.model.parts().workers).toHaveLength(10);
    bench.model.take();
    bench.pass(3_700_000);
    expect(bench.model.parts().workers).toHaveLength(0);
    expect(bench.model.take()?.gone.workers).toHaveLength(10);
  });

  test("that its owner has given up is astray at once, until the loan is over", () => {
    const bench = createBench();
    bench.report("lender", { extension: { workers: [worker("w1", undefined, "LENT")], loans: [loan("lost")] } });
    bench.report("borrower", { extension: { workers: [worker("w2")] } });
    bench.pass(1_000);
    expect(bench.alarms()).toStrictEqual([["WORKER_ASTRAY", "lender", "w1"]]);
    bench.report("lender", { extension: { workers: [worker("w1")] } });
    bench.pass(1_000);
    expect(bench.alarms()).toStrictEqual([]);
  });

  test("that a borrower cannot send home is unreturnable at its owner", () => {
    const bench = createBench();
    const peers = [{ id: "lender", at: "127.0.0.1:9102", status: "ALIVE", lastSeenAt: undefined }];
    bench.report("borrower", { extension: { peers } });
    const data = { worker: "w1", peer: "127.0.0.1:9102", returns: 3 };
    bench.model.onNotice("borrower", { kind: "guest-unreturnable", at: epochMs(T0), data }, bench.now);
    expect(bench.alarms()).toStrictEqual([["WORKER_UNRETURNABLE", "lender", "w1"]]);
    bench.report("borrower", { extension: { peers, loans: [loan("unreturnable")] } });
    bench.report("lender", { extension: { loans: [loan("lent")] } });
    bench.pass(700_000);
    expect(bench.alarms()).toStrictEqual([["WORKER_UNRETURNABLE", "lender", "w1"]]);
  });

  test("that does not come home is unreturnable while a master says so", () => {
    const bench = createBench();
    bench.report("lender", { extension: { loans: [loan("unreturnable")] } });
    bench.pass(1_000);
    expect(bench.alarms()).toStrictEqual([["WORKER_UNRETURNABLE", "lender", "w1"]]);
    bench.report("lender", { extension: {} });
    expect(bench.alarms()).toStrictEqual([]);
  });

  test("the same told by a notice stands for ten minutes", () => {
    const bench = createBench();
    bench.report("m1");
    const data = { worker: "w9" };
    bench.model.onNotice("m1", { kind: "worker-unreturnable", at: epochMs(T0), data }, bench.now);
    bench.pass(595_000);
    expect(bench.alarms()).toStrictEqual([["WORKER_UNRETURNABLE", "m1", "w9"]]);
    bench.pass(10_000);
    expect(bench.alarms()).toStrictEqual([]);
  });
});

describe("a peer that comes and goes", () => {
  const see = (bench: ReturnType<typeof createBench>, isAvailable: boolean): void => {
    bench.report("m1", { neighbours: [{ id: nodeId("m2"), isAvailable, lastHeartbeatAt: undefined }] });
    bench.pass(10_000);
  };

  test("is flapping with the fourth change in five minutes, and until five minutes are quiet", () => {
    const bench = createBench();
    for (const isAvailable of [true, false, true, false]) see(bench, isAvailable);
    expect(bench.alarms()).toStrictEqual([]);
    see(bench, true);
    expect(bench.alarms()).toStrictEqual([["PEER_FLAPPING", "m1", "m2"]]);
    for (let count = 0; count < 28; count++) see(bench, true);
    expect(bench.alarms()).toHaveLength(1);
    for (let count = 0; count < 2; count++) see(bench, true);
    expect(bench.alarms()).toStrictEqual([]);
  });

  test("slowly is not", () => {
    const bench = createBench();
    for (let count = 0; count < 60; count++) see(bench, Math.floor(count / 12) % 2 === 0);
    expect(bench.alarms()).toStrictEqual([]);
  });

  test("is told by the stream of a master that is followed, and then not counted twice", () => {
    const bench = createBench();
    bench.report("m1");
    bench.model.onFollowing("m1", true);
    for (let count = 0; count < 4; count++) {
      const data = { transition: { peer: "m2", from: "ALIVE", to: "TIMEOUT" } };
      bench.model.onNotice("m1", { kind: "peer-transitioned", at: epochMs(T0), data }, bench.now);
      if (count < 3) expect(bench.alarms()).toStrictEqual([]);
      see(bench, count % 2 === 0);
    }
    expect(bench.alarms()).toStrictEqual([["PEER_FLAPPING", "m1", "m2"]]);
  });
});
