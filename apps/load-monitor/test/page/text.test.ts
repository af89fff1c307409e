import { describe, expect, test } from "vitest";
import { en } from "../../page/src/text/en.ts";
import { formatIn } from "../../page/src/text/format.ts";
import { ptBr } from "../../page/src/text/pt-br.ts";
import { notice } from "./support.ts";

type Entry = readonly [path: string, value: unknown];

const entriesOf = (table: object, path = ""): readonly Entry[] =>
  Object.entries(table).flatMap(([key, value]) =>
    typeof value === "object" ? entriesOf(value, `${path}${key}.`) : [[`${path}${key}`, value] as const],
  );

/** The same in both, and rightly so. */
const SAME =
  /^(brand|seconds|minutes|hours|days|milliseconds|perSecond|notKnownShort|toldSent|toldReceived|columns\.|rangeLabels\.|median|theMonitor|p99|cpu|topology|states\.NORMAL)/;

describe("the two languages", () => {
  test("have the same keys, of the same kinds", () => {
    const kinds = (table: object) => entriesOf(table).map(([path, value]) => `${path}: ${typeof value}`);
    expect(kinds(ptBr)).toStrictEqual(kinds(en));
  });

  test("leave nothing empty or untranslated", () => {
    const theirs = new Map(entriesOf(ptBr));
    for (const [path, value] of entriesOf(en)) {
      const said = typeof value === "function" ? value.toString() : value;
      const saidThere = theirs.get(path);
      const there = typeof saidThere === "function" ? saidThere.toString() : saidThere;
      expect([path, there]).not.toStrictEqual([path, ""]);
      if (!SAME.test(path) && path !== "locale") expect([path, there]).not.toStrictEqual([path, said]);
    }
  });
});

describe("figures", () => {
  const english = formatIn(en);
  const portuguese = formatIn(ptBr);

  test.for([
    [null, "–", "–"],
    [0, "0", "0"],
    [3.14, "3.1", "3,1"],
    [12_345.6, "12,346", "12.346"],
  ] as const)("%s", ([value, inEnglish, inPortuguese]) => {
    expect([english.number(value), portuguese.number(value)]).toStrictEqual([inEnglish, inPortuguese]);
  });

  test.for([
    [null, "–"],
    [480, "480 ms"],
    [8_900, "8.9 s"],
    [120_000, "2 min"],
    [7_200_000, "2 h"],
    [260_000_000, "3 d"],
  ] as const)("a duration of %s ms is %s", ([ms, said]) => {
    expect(english.duration(ms)).toBe(said);
  });

  test("an age counts whole seconds", () => {
    expect([english.age(900), english.age(1_900), portuguese.age(900)]).toStrictEqual(["now", "1 s", "agora"]);
  });

  test("a share is a percentage, and a rate is per second", () => {
    expect([english.share(0.5), english.rate(2.5), english.share(null)]).toStrictEqual(["50%", "2.5/s", "–"]);
  });
});

describe("the text of a notice", () => {
  const { notice: textOf, word } = formatIn(en);

  test.for([
    {
      ...{ kind: "load-changed", data: { from: "NORMAL", to: "SATURATED", causes: ["backlog"] } },
      says: "load: NORMAL → SATURATED (backlog)",
    },
    {
      ...{ kind: "peer-transitioned", data: { transition: { peer: "b", from: "ALIVE", to: "TIMEOUT" } } },
      says: "peer b: ALIVE → TIMEOUT",
    },
    {
      ...{
        kind: "never-heard-of",
        data: { exchange: { direction: "received", peer: "b", word: "AVAILABLE", why: "idle" } },
      },
      says: "← b: AVAILABLE idle",
    },
    { kind: "never-heard-of", data: { x: 1 }, says: "never-heard-of" },
    { kind: "constructor", data: {}, says: "constructor" },
    { kind: "worker-joined", data: { worker: "x".repeat(200) }, says: `worker ${"x".repeat(80)}… joined` },
  ])("$kind", ({ kind, data, says }) => {
    expect(textOf(notice(1, { kind, data }))).toBe(says);
  });

  test("looks words up among the table's own only", () => {
    expect([word(en.statuses, "ALIVE"), word(en.statuses, "toString")]).toStrictEqual(["alive", "toString"]);
  });
});
