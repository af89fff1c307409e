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

describe("lines about lending", () => {
  const peer = "127.0.0.1:9102";
  const peers = [{ id: "m2", at: peer, status: "ALIVE", lastSeenAt: undefined }];
  const tell = (to: string) => {
    const bench = createBench();
    bench.report("m1", { extension: { peers } });
    const exchange = { direction: "sent", peer: to, word: "WORKER_REQUEST" };
    bench.model.onNotice("m1", { kind: "line-exchanged", at: epochMs(T0), data: { exchange } }, bench.now);
    return bench.model.parts().exchanges;
  };

  test("to an address at which somebody is known are lines to them", () => {
    expect(tell(peer)).toMatchObject([{ from: "m1", to: "m2" }]);
  });

  test("to an address at which nobody is known have the address for a name", () => {
    expect(tell("10.0.0.9:1")).toMatchObject([{ to: "10.0.0.9:1" }]);
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
