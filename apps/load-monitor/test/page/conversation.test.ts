import type { Exchange } from "@mutirao/operator-api/monitor";
import { describe, expect, test } from "vitest";
import { conversationOf, lineParts, readableLine, senseOf } from "../../page/src/model/conversation.ts";
import { at } from "./support.ts";

let n = 0;
const said = (from: string, to: string, word: string, fields: Partial<Exchange> = {}): Exchange => ({
  ...{ n: ++n, at: at(n), toldBy: from, from, to, word, count: null, workers: [], why: null, line: `{"${word}":1}` },
  ...{ bytes: 9, isCut: false },
  ...fields,
});

describe("the conversation", () => {
  test("has a column for each master, in the order in which they came in, and a last one for all workers", () => {
    const { sides, hasWorkers, messages } = conversationOf(
      [
        ...[said("a", "b", "WORKER_REQUEST"), said("b", "a", "AVAILABLE", { workers: ["w1"] })],
        ...[said("b", "w1", "REDIRECT", { workers: ["w1"] }), said("w2", "a", "ALIVE", { workers: ["w2"] })],
      ],
      undefined,
      10,
    );
    expect([sides, hasWorkers]).toStrictEqual([["a", "b"], true]);
    expect(messages.map(({ from, to, sense }) => [from, to, sense])).toStrictEqual([
      [0, 1, "request"],
      [1, 0, "yes"],
      [1, 2, "move"],
      [2, 0, "yes"],
    ]);
  });

  test("shows a message that both sides tell once", () => {
    const told = [said("a", "b", "WORKER_REQUEST"), said("a", "b", "WORKER_REQUEST", { toldBy: "b" })];
    expect(conversationOf(told, undefined, 10).messages).toMatchObject([{ toldBy: ["a", "b"] }]);
  });

  test("shows a message that was said twice twice", () => {
    const again = [said("a", "b", "WORKER_REQUEST"), said("a", "b", "WORKER_REQUEST")];
    expect(conversationOf(again, undefined, 10).messages.length).toBe(2);
    const late = [said("a", "b", "X", { at: at(0) }), said("a", "b", "X", { toldBy: "b", at: at(100) })];
    expect(conversationOf(late, undefined, 10).messages.length).toBe(2);
  });

  test("can be that of one, and of the latest only", () => {
    const all = [said("a", "b", "X"), said("c", "b", "Y"), said("b", "c", "Z")];
    expect(conversationOf(all, "a", 10).sides).toStrictEqual(["a", "b"]);
    expect(conversationOf(all, undefined, 2)).toMatchObject({ older: 1, sides: ["c", "b"] });
  });

  test.for([
    ["UNAVAILABLE", "no"],
    ["NACK", "no"],
    ["AVAILABLE", "yes"],
    ["RELEASE_ACK", "home"],
    ["RETURN", "home"],
    ["REDIRECT", "move"],
    ["WORKER_REQUEST", "request"],
    ["pedido", "other"],
  ] as const)("%s is drawn as %s", ([word, sense]) => {
    expect(senseOf(word)).toBe(sense);
  });

  test.for([
    ["plain é 中 🙂", ["plain é 中 🙂"]],
    ["", []],
    ["a\u202eb", ["a", "(U+202E)", "b"]],
    ["\u001b[2J\u0000", ["(U+001B)", "[2J", "(U+0000)"]],
    ["\u200b\u2028x", ["(U+200B)", "(U+2028)", "x"]],
    ["\ud800", ["(U+D800)"]],
    ["<b>&amp;", ["<b>&amp;"]],
  ] as const)("%j is shown with what is hidden in it named", ([line, parts]) => {
    expect(lineParts(line).map(({ text, isHidden }) => (isHidden ? `(${text})` : text))).toStrictEqual(parts);
  });

  test("lays a message out, if it is JSON", () => {
    expect(readableLine('{"a":[1]}')).toBe('{\n  "a": [\n    1\n  ]\n}');
    expect(readableLine("<b>no</b>")).toBe("<b>no</b>");
  });
});
