import { describe, expect, test } from "vitest";
import { createProgressBar } from "../../src/verbs/progress-bar.ts";
import { createPaper } from "./support/paper.ts";

describe("the progress bar", () => {
  const clockOf =
    (...times: number[]) =>
    () =>
      times.shift() ?? 0;

  test("shows the share, the tasks and their rate, and not too often", () => {
    const paper = createPaper();
    const bar = createProgressBar(paper, 1_000, clockOf(0, 1_000, 1_050, 2_000));
    bar.update(250, 500);
    bar.update(300, 600);
    bar.update(1_000, 4_000);
    bar.clear();
    expect(paper.sent).toStrictEqual([
      `\r[${"#".repeat(6)}${"-".repeat(18)}]  25 % 500 tasks, 500/s\u001b[K`,
      `\r[${"#".repeat(24)}] 100 % 4,000 tasks, 2,000/s\u001b[K`,
      "\r\u001b[K",
    ]);
  });

  test("without a known end there is no bar, and without a terminal nothing", () => {
    const paper = createPaper();
    createProgressBar(paper, undefined, clockOf(0, 1_000)).update(1, 1);
    expect(paper.sent).toStrictEqual(["\r1 task, 1/s\u001b[K"]);
    const pipe = createPaper(false);
    const bar = createProgressBar(pipe, 10, clockOf(0, 1_000));
    bar.update(1, 1);
    bar.clear();
    expect(pipe.sent).toStrictEqual([]);
  });
});
