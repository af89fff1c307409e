import type { Alarm } from "@mutirao/operator-api/monitor";
import { describe, expect, test } from "vitest";
import { choicesIn, isFiltered, listAlarms, noFilter, passing, withPast } from "../../page/src/model/notices.ts";
import { at, notice } from "./support.ts";

const all = [
  notice(1, { kind: "worker-joined", data: { worker: "Ana" } }),
  notice(2, { master: null, kind: "history-kept" }),
  notice(3, { master: "b", severity: "alarm", kind: "load-changed", data: { to: "STALLED" } }),
];
const numbers = (filter: Partial<typeof noFilter>) => passing(all, { ...noFilter, ...filter }).map(({ n }) => n);

describe("notices", () => {
  test("are shown with the latest first", () => {
    expect(numbers({})).toStrictEqual([3, 2, 1]);
  });

  test.for([
    { filter: { master: "b" }, shows: [3] },
    { filter: { kind: "worker-joined" }, shows: [1] },
    { filter: { severity: "alarm" }, shows: [3] },
    { filter: { text: " ANA " }, shows: [1] },
    { filter: { text: "history" }, shows: [2] },
    { filter: { master: "b", text: "ana" }, shows: [] },
  ] as const)("$filter shows $shows", ({ filter, shows }) => {
    expect(numbers(filter)).toStrictEqual(shows);
    expect(isFiltered({ ...noFilter, ...filter })).toBe(true);
  });

  test("of the past and of now are each shown once", () => {
    const past = [notice(3), notice(2), notice(1)];
    expect(withPast([notice(3), notice(4)], past).map(({ n }) => n)).toStrictEqual([4, 3, 2, 1]);
  });

  test("tell what there is to choose from", () => {
    const kinds = ["history-kept", "load-changed", "worker-joined"];
    expect(choicesIn(all)).toStrictEqual({ kinds, masters: ["a", "b"] });
  });
});

test("alarms that stand are apart from those that were cleared, the latest first", () => {
  const alarm = (key: string, since: string, clearedAt: string | null): Alarm => ({
    ...{ key, kind: "STALLED", master: "a", subject: null, since, clearedAt, text: "" },
  });
  const lists = listAlarms([alarm("1", at(1), null), alarm("2", at(2), at(3)), alarm("3", at(4), null)]);
  expect(lists.standing.map(({ key }) => key)).toStrictEqual(["3", "1"]);
  expect(lists.cleared.map(({ key }) => key)).toStrictEqual(["2"]);
});
