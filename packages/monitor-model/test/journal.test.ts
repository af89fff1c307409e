import { epochMs } from "@mutirao/primitives";
import type { ReportedNotice } from "@mutirao/protocol";
import { describe, expect, test } from "vitest";
import { createBench, T0 } from "./support/bench.ts";

const notice = (n: number, kind = "load-changed", data = {}): ReportedNotice => ({
  n,
  at: epochMs(T0 + n),
  kind,
  data,
});

describe("notices", () => {
  test("that come with reports are told once each, also after a restart of the master", () => {
    const bench = createBench();
    const tell = (...numbers: readonly number[]): void =>
      bench.report("m1", { extension: { notices: numbers.map((n) => notice(n, `kind-${n}`)) } });
    tell(0, 1);
    tell(0, 1, 2);
    tell(2);
    tell(0);
    expect(bench.notices().map(([, kind]) => kind)).toStrictEqual([
      ...["master-appeared", "kind-0", "kind-1", "kind-2", "kind-0"],
    ]);
  });

  test("of a master whose stream is read come from there alone", () => {
    const bench = createBench();
    bench.report("m1");
    bench.model.onFollowing("m1", true);
    bench.report("m1", { extension: { state: "STALLED", notices: [notice(1)] } });
    bench.model.onNotice("m1", { kind: "worker-joined", at: epochMs(T0), data: {} }, bench.now);
    bench.model.onNotice("nobody", { kind: "worker-joined", at: epochMs(T0), data: {} }, bench.now);
    expect(bench.notices()).toStrictEqual([
      ["m1", "master-appeared"],
      ["m1", "worker-joined"],
    ]);
  });

  test("say how grave they are", () => {
    const bench = createBench();
    for (const state of ["NORMAL", "SATURATED", "STALLED", "NORMAL"]) bench.report("m1", { extension: { state } });
    expect(bench.model.parts().notices.map(({ severity }) => severity)).toStrictEqual([
      ...["info", "warning", "alarm", "info"],
    ]);
  });

  test("are kept up to a limit, and so is each", () => {
    const bench = createBench();
    bench.report("m1");
    for (let count = 0; count < 5_000; count++) bench.model.tell("x", { count }, bench.now);
    bench.model.tell("long", { text: "x".repeat(5_000) }, bench.now);
    const { notices } = bench.model.parts();
    expect(notices).toHaveLength(200);
    expect(notices.at(-1)).toMatchObject({ n: 5_002, kind: "long", data: { leftOut: expect.any(String) } });
    expect(bench.model.take()?.notices).toHaveLength(1_000);
    expect(bench.model.take()).toBeUndefined();
  });
});

describe("the conversation", () => {
  const tell = (exchange: unknown) => {
    const bench = createBench();
    bench.report("m1");
    bench.model.onNotice("m1", { kind: "line-exchanged", at: epochMs(T0), data: { exchange } }, bench.now);
    return bench.model.parts().exchanges;
  };

  test("is made of the notices that tell of a message", () => {
    const line = '{"TASK":"WORKER_REQUEST","x":"\u202e\u001b[2Jé"}';
    const sent = { direction: "sent", peer: "m2", word: "WORKER_REQUEST", count: 2, line, bytes: 45, isCut: false };
    const wire = { line, bytes: 45, isCut: false };
    expect(tell(sent)).toStrictEqual([
      {
        ...{ n: 1, at: new Date(T0).toISOString(), toldBy: "m1", from: "m1", to: "m2" },
        ...{ word: "WORKER_REQUEST", count: 2, workers: [], why: null, ...wire },
      },
    ]);
    const heard = { direction: "received", peer: "m2", word: "AVAILABLE", workers: ["w1", 5], why: "two are idle" };
    expect(tell(heard)).toMatchObject([{ from: "m2", to: "m1", workers: ["w1"], why: "two are idle", count: null }]);
  });

  test("has no line longer than is shown, whatever a master says", () => {
    const [told] = tell({ direction: "sent", peer: "m2", word: "x", line: "y".repeat(5_000), bytes: 5_000 });
    expect(told).toMatchObject({ line: "y".repeat(2_048), bytes: 5_000, isCut: true });
    expect(tell({ direction: "sent", peer: "m2", word: "x", line: 5 })).toMatchObject([
      { line: null, bytes: null, isCut: false },
    ]);
  });

  test("is not told of among the notices as well", () => {
    const bench = createBench();
    bench.report("m1");
    const data = { exchange: { direction: "sent", peer: "m2", word: "x" } };
    bench.model.onNotice("m1", { kind: "line-exchanged", at: epochMs(T0), data }, bench.now);
    bench.report("m1", { extension: { notices: [notice(1, "line-exchanged", data)] } });
    expect(bench.notices()).toStrictEqual([["m1", "master-appeared"]]);
    expect(bench.model.parts().exchanges).toHaveLength(2);
  });

  test.each([null, 5, "x", [], {}, { direction: "up", peer: "a", word: "b" }, { direction: "sent", peer: "a" }])(
    "%j tells of none",
    (exchange) => {
      expect(tell(exchange)).toStrictEqual([]);
    },
  );
});
