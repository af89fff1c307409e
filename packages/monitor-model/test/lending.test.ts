import { epochMs } from "@mutirao/primitives";
import type { ReportedLoan } from "@mutirao/protocol";
import { describe, expect, test } from "vitest";
import { createBench, T0 } from "./support/bench.ts";

const loan = (state: string, endsAfterS?: number): ReportedLoan => ({
  ...{ id: "w1@1", worker: "w1", lender: "lender", borrower: "borrower", state },
  endsAt: endsAfterS === undefined ? undefined : epochMs(T0 + 1_000 * endsAfterS),
});

describe("a loan that both sides tell of", () => {
  test("stands as its lender says, and its age is that of its state", () => {
    const bench = createBench();
    bench.report("lender", { extension: { loans: [loan("lent", 30)] } });
    const since = bench.model.parts().loans[0]?.since;
    for (let endsAfterS = 31; endsAfterS < 35; endsAfterS++) {
      bench.pass(1_000);
      bench.report("borrower", { extension: { loans: [loan("held", endsAfterS)] } });
      bench.report("lender", { extension: { loans: [loan("lent", endsAfterS + 5)] } });
      expect(bench.model.parts().loans).toMatchObject([
        { state: "lent", since, endsAt: new Date(T0 + 1_000 * (endsAfterS + 5)).toISOString() },
      ]);
    }
  });

  test("stands as the borrower says where the lender says nothing", () => {
    const bench = createBench();
    bench.report("lender", { extension: { loans: [loan("returning")] } });
    bench.report("borrower", { extension: { loans: [loan("releasing", 30)] } });
    const endsAt = new Date(T0 + 30_000).toISOString();
    expect(bench.model.parts().loans).toMatchObject([{ state: "returning", endsAt }]);
    bench.report("lender");
    bench.report("lender", { extension: {} });
    expect(bench.model.parts().loans).toMatchObject([{ state: "releasing", saidBy: ["borrower"] }]);
  });
});

describe("notices about lending", () => {
  const peer = "127.0.0.1:9102";
  const peers = [{ id: "m2", at: peer, status: "ALIVE", lastSeenAt: undefined }];
  const tell = (kind: string, data: Readonly<Record<string, unknown>>) => {
    const bench = createBench();
    bench.report("m1", { extension: { peers } });
    bench.model.onNotice("m1", { kind, at: epochMs(T0), data }, bench.now);
    return bench.model.parts().exchanges.map(({ n: _n, at: _at, toldBy, line, ...exchange }) => {
      expect([toldBy, line]).toStrictEqual(["m1", null]);
      return exchange;
    });
  };
  const loanChanged = (direction: string, to: string) => ({
    loan: "w1@1",
    direction,
    worker: "w1",
    peer,
    to,
    reason: "r",
  });
  const ofOne = { count: 1, workers: ["w1"], why: "r" };

  test.each([
    [
      "borrow-asked",
      { peer, workers: 2, waitMs: 900, triggerMs: 100.4 },
      {
        from: "m1",
        to: "m2",
        word: "WORKER_REQUEST",
        count: 2,
        workers: [],
        why: "the wait of 900 ms is above 100 ms",
      },
    ],
    [
      "lend-asked",
      { peer, needed: 3, code: "BUSY" },
      { from: "m2", to: "m1", word: "WORKER_REQUEST", count: 3, workers: [], why: "BUSY" },
    ],
    [
      "borrow-answered",
      { peer, asked: 2, workers: ["w1", "w2"] },
      { from: "m2", to: "m1", word: "AVAILABLE", count: 2, workers: ["w1", "w2"], why: null },
    ],
    [
      "borrow-answered",
      { peer, asked: 2, workers: [], code: "BUSY" },
      { from: "m2", to: "m1", word: "UNAVAILABLE", count: null, workers: [], why: "BUSY" },
    ],
    [
      "reclaim-ordered",
      { peer, workers: 1, why: "own tasks wait" },
      { from: "m1", to: "m2", word: "COMMAND_RELEASE", count: 1, workers: [], why: "own tasks wait" },
    ],
    ["loan-changed", loanChanged("out", "offered"), { from: "m1", to: "m2", word: "REDIRECT", ...ofOne }],
    ["loan-changed", loanChanged("in", "held"), { from: "m2", to: "m1", word: "ALIVE", ...ofOne }],
    ["loan-changed", loanChanged("in", "releasing"), { from: "m1", to: "m2", word: "COMMAND_RELEASE", ...ofOne }],
    ["loan-changed", loanChanged("out", "home"), { from: "m1", to: "m2", word: "RELEASE_COMPLETED", ...ofOne }],
  ])("%s %o is a message", (kind, data, exchange) => {
    expect(tell(kind, data)).toStrictEqual([exchange]);
  });

  test.each([
    ["loan-changed", loanChanged("out", "flushing")],
    ["borrow-weighed", { reason: "limit" }],
    ["lend-asked", { needed: 1, remote: { host: "10.0.0.1", port: 1 } }],
    ["borrow-asked", { peer: 5, workers: 1 }],
  ])("%s %o is none", (kind, data) => {
    expect(tell(kind, data)).toStrictEqual([]);
  });

  test("at an address that nobody is known at have the address for a name", () => {
    expect(tell("borrow-asked", { peer: "10.0.0.9:1", workers: 1 })).toMatchObject([{ to: "10.0.0.9:1" }]);
  });

  test("that came with reports while the event stream was read are not told again when it breaks", () => {
    const bench = createBench();
    const notice = (n: number) => ({ n, at: epochMs(T0), kind: "borrow-asked", data: { peer, workers: n } });
    const kinds = () => bench.notices().filter(([, kind]) => kind === "borrow-asked").length;
    bench.report("m1", { extension: { peers, notices: [notice(1)] } });
    bench.model.onFollowing("m1", true);
    bench.report("m1", { extension: { peers, notices: [notice(1), notice(2)] } });
    bench.model.onFollowing("m1", false);
    bench.report("m1", { extension: { peers, notices: [notice(1), notice(2), notice(3)] } });
    expect(kinds()).toBe(2);
  });
});
