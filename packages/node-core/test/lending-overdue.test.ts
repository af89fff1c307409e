import { describe, expect, test } from "vitest";
import { overdueMs } from "../src/policies/lending/parameters.ts";
import { overdueCount } from "../src/policies/lending/reclaim.ts";
import { busyMaster } from "./support/lending-figures.ts";
import { createTown, type Saying } from "./support/town.ts";

const MANY = Array.from({ length: 40 }, (_, index) => `t${index}`);

describe("an owner whose task waits, and whose estimate says that it does not", () => {
  /** m1 is in need, and m2 has lent it both of its workers; then m2 has work of its own. */
  function bothLent() {
    const town = createTown();
    const m1 = town.master("m1", ["m2"]);
    const m2 = town.master("m2", ["m1"]);
    const workers = [town.worker("w1", "m1"), town.worker("w2", "m2"), town.worker("w3", "m2")];
    town.passTo(5);
    m1.submits(...MANY);
    town.passTo(6);
    expect(m2.loans()).toEqual(["out w2@1 lent", "out w3@1 lent"]);
    return { town, m1, m2, workers };
  }

  test("one that came back hangs on its task: the other is called within 5 s", () => {
    const { town, m2, workers } = bothLent();
    const finishAway = (): void => {
      for (const worker of workers) if (worker.node.status().isAway) worker.finishes();
    };
    m2.submits("x");
    for (let second = 7; second <= 10; second++) {
      town.passTo(second);
      finishAway();
    }
    // It is home, and never ends what it has.
    expect(m2.loans().filter((loan) => loan.includes("home"))).toHaveLength(1);
    m2.submits("y");
    town.passTo(15);
    finishAway();
    town.passTo(17);
    expect(m2.loans().filter((loan) => loan.includes("home"))).toHaveLength(2);
    const why = town.notices.flatMap(({ who, notice }) =>
      who === "m2" && notice.kind === "reclaim-ordered" ? [notice.why] : [],
    );
    expect(why).toEqual(["own tasks wait", "an own task has waited for long"]);
  });
});

describe("an owner that calls back what does not come", () => {
  test("the next is called, and from the other borrower", () => {
    const town = createTown();
    const m1 = town.master("m1", ["m2", "m3"]);
    const m2 = town.master("m2", ["m1", "m3"]);
    const m3 = town.master("m3", ["m1", "m2"]);
    town.worker("w2", "m2");
    const w3 = town.worker("w3", "m2");
    town.passTo(5);
    m1.submits("a");
    town.passTo(6);
    expect(m2.loans()).toHaveLength(1);
    m3.submits(...MANY);
    town.passTo(10);
    expect(m2.loans()).toEqual(["out w2@1 lent", "out w3@1 lent"]);
    // From now on m1 hears nothing of the owner any more, and its guest is busy for good.
    town.lines(({ from, to }: Saying) => (from === "m2" && to === "m1" ? "drop" : "pass"));
    m2.submits("x");
    for (let second = 11; second <= 22; second++) {
      town.passTo(second);
      w3.finishes();
    }
    expect(m2.done).toEqual(["x"]);
  });
});

describe("how many are called back for a task that has really waited", () => {
  const lender = { ...busyMaster(1), present: 4, lent: 2, beingReclaimed: 0 };
  const longMs = (overdueMs(lender) + 1) as never;

  test.each([
    ["one", lender, 1],
    ["none if nobody is lent", { ...lender, lent: 0 }, 0],
    ["none while another is on its way", { ...lender, beingReclaimed: 1 }, 0],
    ["none if one is here with nothing to do", { ...lender, idleOwn: 1 }, 0],
    ["none if nothing waits", { ...lender, backlog: 0 }, 0],
  ])("%s", (_, figures, count) => {
    expect(overdueCount(figures, longMs)).toBe(count);
  });

  test("none before its time", () => {
    expect(overdueCount(lender, overdueMs(lender))).toBe(0);
  });
});
