import { expect, test } from "vitest";
import { createNarrator } from "../src/narrator.ts";

function told(isTTY: boolean): string {
  const parts: string[] = [];
  const narrator = createNarrator({ isTTY, write: (text) => parts.push(text) });
  narrator.say("once");
  narrator.progress(1, 2, "tasks");
  narrator.say("upon a time");
  narrator.endProgress();
  return parts.join("").replaceAll(/ +\d+\.\d s/g, "");
}

test("elsewhere than on a terminal the story is lines, and nothing else", () => {
  expect(told(false)).toBe("  once\n  upon a time\n");
});

test("on a terminal the bar stays below the last line, and goes in the end", () => {
  const clear = "\r\u001b[2K";
  const bar = `         ${"█".repeat(16)}${"░".repeat(16)} 1/2 tasks`;
  expect(told(true)).toBe(`  once\n${clear}${bar}${clear}  upon a time\n${bar}${clear}`);
});
