import type { MasterHistory } from "@mutirao/operator-api/monitor";
import { historyColumns } from "@mutirao/operator-api/monitor";
import { describe, expect, test } from "vitest";
import { sampleOf, seriesOf } from "../../page/src/model/trail.ts";
import { at, master } from "./support.ts";

const begin = 1_795_000_000;
const sample = (second: number, backlog: number) => sampleOf(master("a", { heardAt: at(second), backlog }));

function historyOf(moments: readonly number[], backlog: readonly number[]): MasterHistory {
  const columns = Object.fromEntries(historyColumns.map((name) => [name, moments.map(() => null)]));
  return {
    ...(columns as Record<(typeof historyColumns)[number], (number | null)[]>),
    ...{ master: "a", stepS: 10, at: moments.map((second) => begin + second), state: moments.map(() => "NORMAL") },
    backlog: [...backlog],
  };
}

describe("the curves of a master", () => {
  test("are what the page has seen, where there is no history", () => {
    const columns = seriesOf(undefined, [sample(0, 1), sample(10, 5)], ["backlog", "backlogHigh"], 10_000);
    expect(columns).toStrictEqual([
      [begin, begin + 10],
      [1, 5],
      [10, 10],
    ]);
  });

  test("go on where the history ends, and tell no moment twice", () => {
    const history = historyOf([0, 10, 20], [1, 2, 9]);
    const columns = seriesOf(history, [sample(24, 9), sample(34, 3)], ["backlog"], 10_000);
    expect(columns).toStrictEqual([
      [begin, begin + 10, begin + 24, begin + 34],
      [1, 2, 9, 3],
    ]);
  });

  test("are interrupted where nothing was heard for long", () => {
    const columns = seriesOf(undefined, [sample(0, 1), sample(100, 5)], ["backlog"], 10_000);
    expect(columns).toStrictEqual([
      [begin, begin + 10, begin + 100],
      [1, null, 5],
    ]);
  });
});
