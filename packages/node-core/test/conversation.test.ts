import { describe, expect, test } from "vitest";
import type { LineExchanged } from "../src/lending-notices.ts";
import { createTown } from "./support/town.ts";

type Exchange = LineExchanged["exchange"];

const PARTS = /"(?:WORKER_REQUEST|WORKERS_NEEDED|AVAILABLE|UNAVAILABLE|REDIRECT|RETURN|COMMAND_RELEASE|RELEASE_\w+)"/;

function burst() {
  const town = createTown();
  const m1 = town.master("m1", ["m2"]);
  const m2 = town.master("m2", ["m1"]);
  const [w1, w2] = [town.worker("w1", "m1"), town.worker("w2", "m2")];
  town.passTo(5);
  m1.submits("a", "b", "c");
  for (let second = 6; second <= 30; second++) {
    town.passTo(second);
    for (const worker of [w1, w2]) worker.finishes();
  }
  return { town, m1, m2 };
}

const toldBy = (town: ReturnType<typeof createTown>, who: string): readonly Exchange[] =>
  town.notices.flatMap(({ who: teller, notice }) =>
    teller === who && notice.kind === "line-exchanged" ? [notice.exchange] : [],
  );

describe("the conversation about a loan", () => {
  test("is told line by line as it went over the wire, by those who sent a line and by those who received it", () => {
    const { town } = burst();
    for (const who of ["m1", "m2"]) {
      const told = toldBy(town, who);
      const lines = (direction: Exchange["direction"]) =>
        told.filter(({ direction: way, word }) => way === direction && word !== "ALIVE").map(({ line }) => line);
      const said = town.said.filter(({ line }) => PARTS.test(line));
      expect(lines("sent")).toEqual(said.filter(({ from }) => from === who).map(({ line }) => line));
      expect(lines("received")).toEqual(said.filter(({ to }) => to === who).map(({ line }) => line));
    }
  });

  test("is told with who said what to whom, about whom and why", () => {
    const { town } = burst();
    const tell = (who: string) =>
      toldBy(town, who).map(({ direction, peer, word, count, workers, why }) =>
        [direction === "sent" ? `-> ${peer}` : `<- ${peer}`, word, count, workers.join(), why]
          .filter((part) => part !== undefined && part !== "")
          .join(" "),
      );
    expect(tell("m1")).toEqual([
      expect.stringMatching(/^-> m2 WORKER_REQUEST 1 the wait of .+ is above .+/),
      "<- m2 AVAILABLE 1 w2",
      "<- w2 ALIVE 1 w2",
      "-> m2 COMMAND_RELEASE 1 w2 it has had nothing to do here",
      "<- m2 RELEASE_ACK 1 w2",
      "-> w2 RETURN 1 w2",
      "<- m2 RELEASE_COMPLETED 1 w2",
    ]);
    expect(tell("m2")).toEqual([
      "<- m1 WORKER_REQUEST 1",
      "-> w2 REDIRECT 1 w2",
      "-> m1 AVAILABLE 1 w2",
      "<- m1 COMMAND_RELEASE 1 w2",
      "-> m1 RELEASE_ACK 1 w2",
      "<- w2 ALIVE 1 w2",
      "-> m1 RELEASE_COMPLETED 1 w2",
    ]);
  });

  test("has the code of a refusal, also where the line cannot say it", () => {
    const town = createTown();
    town.master("m1", ["m2"], { lending: "off" });
    town.master("m2", ["m1"]);
    town.passTo(5);
    const [answer] = town.forges("m1", "127.0.2.1", {
      ...{ SERVER_UUID: "m2", TASK: "WORKER_REQUEST" },
      REQUESTOR_INFO: { ip: "127.0.2.1", port: 9_101 },
    });
    expect(answer).not.toContain("LEND");
    expect(toldBy(town, "m1")).toMatchObject([
      { direction: "received", peer: "m2", word: "WORKER_REQUEST", count: 1 },
      { direction: "sent", peer: "m2", word: "UNAVAILABLE", count: 0, why: "LEND_OFF", line: answer },
    ]);
  });

  test("shows the beginning of a line that is too long to be shown, and how long it is", () => {
    const town = createTown();
    town.master("m1", []);
    const workers = Array.from({ length: 100 }, (_, n) => `operária-de-longe-${n}`);
    const said = { SERVER_UUID: "x", TASK: "COMMAND_RELEASE", WORKERS_UUID: workers };
    town.forges("m1", "10.9.9.9", said);
    const line = JSON.stringify(said);
    expect(toldBy(town, "m1")[0]).toEqual({
      ...{ direction: "received", peer: "10.9.9.9:50001", word: "COMMAND_RELEASE", count: 100, why: undefined },
      ...{ workers: workers.slice(0, 16), line: line.slice(0, 2_048), bytes: line.length + 100, isCut: true },
    });
  });
});
