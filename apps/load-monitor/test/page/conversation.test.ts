import type { Exchange } from "@mutirao/operator-api/monitor";
import { describe, expect, test } from "vitest";
import { conversationOf, readableLine, senseOf } from "../../page/src/model/conversation.ts";
import { at } from "./support.ts";

let n = 0;
const said = (from: string, to: string, word: string, fields: Partial<Exchange> = {}): Exchange => ({
  ...{ n: ++n, at: at(n), toldBy: from, from, to, word, count: null, workers: [], why: null, line: `{"${word}":1}` },
  ...fields,
});

describe("the conversation", () => {
  test("has a column for each side, in the order in which they came in", () => {
    const { sides, messages } = conversationOf(
      [said("a", "b", "WORKER_REQUEST"), said("b", "a", "AVAILABLE"), said("b", "w1", "REDIRECT")],
      undefined,
      10,
    );
    expect(sides).toStrictEqual(["a", "b", "w1"]);
    expect(messages.map(({ from, to, sense }) => [from, to, sense])).toStrictEqual([
      [0, 1, "request"],
      [1, 0, "yes"],
      [1, 2, "move"],
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

  test("lays a message out, if it is JSON", () => {
    expect(readableLine('{"a":[1]}')).toBe('{\n  "a": [\n    1\n  ]\n}');
    expect(readableLine("<b>no</b>")).toBe("<b>no</b>");
  });
});
