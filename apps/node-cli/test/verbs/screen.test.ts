import { describe, expect, test } from "vitest";
import { createScreen } from "../../src/verbs/screen.ts";
import { createPaper } from "./support/paper.ts";

describe("the screen", () => {
  test("only lines that differ are written", () => {
    const paper = createPaper();
    const screen = createScreen(paper);
    screen.draw(["one", "two", "three"]);
    paper.sent.length = 0;
    screen.draw(["one", "2", "three"]);
    screen.draw(["one", "2", "three"]);
    screen.draw(["one"]);
    expect(paper.sent).toStrictEqual(["\u001b[2;1H2\u001b[K", "\u001b[2;1H\u001b[K\u001b[3;1H\u001b[K"]);
    screen.close();
  });

  test("after a change of size everything is written again", () => {
    const paper = createPaper();
    const screen = createScreen(paper);
    screen.draw(["one"]);
    paper.emit("resize");
    paper.sent.length = 0;
    screen.draw(["one"]);
    expect(paper.sent).toStrictEqual(["\u001b[1;1Hone\u001b[K"]);
    screen.close();
  });

  test("it is given back once, and then left alone", () => {
    const paper = createPaper();
    const before = process.listenerCount("exit");
    const screen = createScreen(paper);
    screen.close();
    screen.close();
    screen.draw(["late"]);
    expect(paper.sent.slice(1)).toStrictEqual(["\u001b[?25h\u001b[?1049l"]);
    expect([paper.listenerCount("resize"), process.listenerCount("exit")]).toStrictEqual([0, before]);
  });
});
