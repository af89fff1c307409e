import { expect, test } from "vitest";
import { type LineBlock, lineBlocks } from "../../src/verbs/line-blocks.ts";

const MAX = 10;

async function blocksOf(...chunks: readonly string[]): Promise<readonly (readonly [string, number])[]> {
  const found: LineBlock[] = [];
  const bytes = (async function* () {
    for (const chunk of chunks) yield Buffer.from(chunk, "latin1");
  })();
  for await (const block of lineBlocks(bytes, MAX)) found.push(block);
  return found.map(({ bytes: block, lines }) => [Buffer.from(block).toString("latin1"), lines]);
}

test.each([
  ["nothing", [], []],
  ["one line", ["a\n"], [["a\n", 1]]],
  ["one without its newline", ["a"], [["a", 1]]],
  ["blank lines count", ["\n\na\n\n"], [["\n\na\n\n", 4]]],
  [
    "a line in two chunks",
    ["ab", "c\nd"],
    [
      ["abc\n", 1],
      ["d", 1],
    ],
  ],
  ["a line in many chunks", ["a", "b", "c", "d", "\n"], [["abcd\n", 1]]],
  [
    "many lines in each",
    ["a\nb\nc", "c\nd\n", "e"],
    [
      ["a\nb\n", 2],
      ["cc\nd\n", 2],
      ["e", 1],
    ],
  ],
  ["as long as can be", ["x".repeat(MAX), "\n"], [[`${"x".repeat(MAX)}\n`, 1]]],
])("%s", async (_, chunks, blocks) => {
  expect(await blocksOf(...chunks)).toStrictEqual(blocks);
});

test("of a line that is too long no more is kept than shows that it is", async () => {
  const tooLong = "x".repeat(MAX + 1);
  expect(await blocksOf("y".repeat(7), "y".repeat(7), `${"y".repeat(900)}\na\n`, "z".repeat(50), "z")).toStrictEqual([
    [`${tooLong.replaceAll("x", "y")}\na\n`, 2],
    [tooLong.replaceAll("x", "z"), 1],
  ]);
});
