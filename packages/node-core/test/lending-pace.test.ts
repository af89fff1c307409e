import { durationMs, instantMs, nodeId } from "@mutirao/primitives";
import { expect, test } from "vitest";
import { createConnNumbers } from "../src/machines/conn-numbers.ts";
import { createConversation } from "../src/machines/lending/conversation.ts";
import { createExchanges } from "../src/machines/lending/exchanges.ts";
import { createOutbox, type MasterOutbox } from "../src/machines/outbox.ts";
import { createTown } from "./support/town.ts";

test("an ask that nobody filled is said again once its life is over: the lender holds it no longer than that", () => {
  const town = createTown();
  const m1 = town.master("m1", ["m2"]);
  const m2 = town.master("m2", ["m1"]);
  for (const name of ["1", "2"]) town.worker(`w${name}`, `m${name}`);
  town.passTo(5);
  // Nobody has done a task yet, so one is taken to take 100 ms, and an ask stands for 300.
  m2.submits("x");
  m1.submits("a", "b", "c");
  town.passTo(5.1);
  const asked = town.lineCount("m1", "m2", "WORKER_REQUEST");
  town.passTo(6);
  expect(town.lineCount("m1", "m2", "WORKER_REQUEST")).toBeGreaterThanOrEqual(asked + 2);
});

test("guests of one owner that are to go one after the other do not wait for each other", () => {
  const town = createTown();
  const m1 = town.master("m1", ["m2"]);
  const m2 = town.master("m2", ["m1"]);
  const guests = [town.worker("w2", "m2"), town.worker("w3", "m2")];
  town.passTo(5);
  m1.submits("a", "b", "c", "d");
  town.passTo(5.1);
  expect(guests.map(({ running }) => running.size)).toEqual([1, 1]);
  m2.submits("x", "y", "z");
  town.passTo(5.2);
  let isFirst = true;
  town.lines(({ from, to, line }) => {
    const isHeld = isFirst && from === "m2" && to === "m1" && line.includes('"RELEASE_ACK"');
    if (isHeld) isFirst = false;
    return isHeld ? "hold" : "pass";
  });
  for (const guest of guests) {
    guest.finishes();
    town.passTo(town.now() + 0.01);
  }
  expect(m2.loans().toSorted()).toEqual(["out w2@1 returning", "out w3@1 lent"]);
  town.letGo();
  town.passTo(town.now() + 0.01);
  expect(m2.loans().toSorted()).toEqual(["out w2@1 home", "out w3@1 home"]);
});

test("with an ask standing at each of very many peers there is room to say that their workers go home", () => {
  const outbox: MasterOutbox = createOutbox();
  const exchanges = createExchanges(outbox, createConnNumbers(), createConversation(outbox));
  const says = (peer: number) =>
    exchanges.open(
      {
        to: { host: `10.0.${peer}.1`, port: 9_101 },
        name: `m${peer}`,
        message: { kind: "command-release", from: nodeId("m1"), workers: [] },
        forMs: durationMs(1_000),
        onMessage: () => "more",
        onEnd: () => {},
      },
      instantMs(0),
    );
  const peers = Array.from({ length: 256 }, (_, peer) => peer);
  expect([...peers, ...peers].map(says)).not.toContain(undefined);
  expect(says(0)).toBeUndefined();
});
