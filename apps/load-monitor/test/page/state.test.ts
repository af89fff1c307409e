import { describe, expect, test } from "vitest";
import { afterDelta, afterSnapshot, nothingYet } from "../../page/src/model/state.ts";
import { TRAIL_MAX } from "../../page/src/model/trail.ts";
import { at, delta, loan, master, notice, snapshot, worker } from "./support.ts";

const [a, b] = [master("a"), master("b")];
const begun = afterSnapshot(nothingYet, snapshot({ masters: [a, b], workers: [worker("w1", "a")], loans: [loan()] }));

describe("what the page knows", () => {
  test("is all of a snapshot", () => {
    expect([...begun.masters.keys()]).toStrictEqual(["a", "b"]);
    expect(begun.workers.get('["a","w1"]')?.owner).toBe("a");
    expect(begun.loans.size).toBe(1);
    expect(begun.status?.reports).toBe(1);
  });

  test("keeps what a change does not name as the very same objects", () => {
    const changed = afterDelta(begun, delta({ masters: [master("b", { backlog: 7 })] }));
    expect(changed.masters.get("a")).toBe(a);
    expect(changed.masters.get("b")?.backlog).toBe(7);
    expect(changed.workers).toBe(begun.workers);
    expect(changed.notices).toBe(begun.notices);
    expect(begun.masters.get("b")).toBe(b);
  });

  test("forgets what is gone before it takes in what has come", () => {
    const gone = { masters: ["a"], workers: ['["a","w1"]'], loans: ["l"], alarms: [] };
    const changed = afterDelta(begun, delta({ gone, loans: [loan({ state: "going" })] }));
    expect([...changed.masters.keys()]).toStrictEqual(["b"]);
    expect([...changed.trails.keys()]).toStrictEqual(["b"]);
    expect(changed.workers.size).toBe(0);
    expect(changed.loans.get("l")?.state).toBe("going");
  });

  test("is nothing of before after another snapshot, but for how masters were", () => {
    const later = master("a", { heardAt: at(20) });
    const again = afterSnapshot(begun, snapshot({ masters: [later], notices: [notice(1)] }));
    expect([...again.masters.keys()]).toStrictEqual(["a"]);
    expect(again.loans.size).toBe(0);
    expect([...again.trails.keys()]).toStrictEqual(["a"]);
    expect(again.trails.get("a")?.length).toBe(2);
  });

  test("keeps the latest notices and as many samples as there is room for", () => {
    let state = begun;
    for (let n = 1; n <= 300; n++) {
      state = afterDelta(state, delta({ notices: [notice(n)], masters: [master("a", { heardAt: at(10 + n) })] }));
    }
    expect(state.notices.length).toBe(200);
    expect(state.notices.at(-1)?.n).toBe(300);
    expect(state.trails.get("a")?.length).toBe(TRAIL_MAX);
  });

  test("takes no sample of a master that changed without having reported", () => {
    const stale = afterDelta(begun, delta({ masters: [master("a", { freshness: "stale" })] }));
    expect(stale.trails.get("a")).toBe(begun.trails.get("a"));
  });
});
