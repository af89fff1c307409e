import { after, durationMs, epochMs, type InstantMs, instantMs, nodeId } from "@mutirao/primitives";
import type { LeaseRecord } from "@mutirao/task-store";
import { expect, it } from "vitest";
import { createOutbox } from "../src/machines/outbox.ts";
import { createTaskLedger } from "../src/machines/task-ledger.ts";
import { createWallClock } from "../src/machines/wall-clock.ts";
import type { MasterOwnEffect } from "../src/master-effects.ts";
import { requestId } from "../src/master-events.ts";
import { draft } from "./support/master-scene.ts";

const START = instantMs(1_000);

const lease = (epoch: number): LeaseRecord => ({
  worker: nodeId("w1"),
  epoch,
  borrower: { peer: "b:7400", id: nodeId("b"), to: { host: "b", port: 7_400 }, isForeign: false },
  changedAt: epochMs(epoch),
});

/** A ledger with which each write is told from the others by its number, and what was told about each lease. */
function createScene() {
  const outbox = createOutbox<MasterOwnEffect>();
  const options = { backlogMax: 10, backlogMaxBytes: 1_000, keepMs: durationMs(1_000), keepMax: 10 };
  const ledger = createTaskLedger(options, { outbox, clock: createWallClock(), onReady: () => {} });
  const told: string[] = [];
  ledger.recover({ unfinished: [], finished: [], leases: [lease(1)] }, START);
  const written = (now: InstantMs = START) => {
    ledger.flush(now);
    return outbox.take().flatMap((effect) => (effect.type === "store" ? [effect] : []));
  };
  const lend = (epoch: number): void =>
    ledger.lease(lease(epoch), (isDurable) => told.push(`${epoch} ${isDurable ? "kept" : "lost"}`));
  return { ledger, told, written, lend };
}

it("a lease is written with all else that the event brings about, and told once it is durable", () => {
  const { ledger, told, written, lend } = createScene();
  lend(2);
  ledger.submit(requestId(1), [draft("a")], START);
  const [write, ...others] = written();
  expect(others).toEqual([]);
  expect(write?.changes.map(({ kind }) => kind)).toEqual(["leased", "accepted"]);
  expect(write?.changes[0]).toEqual({ kind: "leased", lease: lease(2) });
  lend(3);
  lend(4);
  const [next] = written();
  expect(next?.changes.map(({ kind }) => kind)).toEqual(["leased", "leased"]);
  expect(told).toEqual([]);
  ledger.onCommitted(write?.write ?? expect.fail(), START);
  expect(told).toEqual(["2 kept"]);
  ledger.onCommitted(next?.write ?? expect.fail(), START);
  expect(told).toEqual(["2 kept", "3 kept", "4 kept"]);
});

it.each(["ERR_STORE_FULL", "ERR_STORE_FAILED"] as const)(
  "a lease that %s has kept off the disk is told, and not written again by itself",
  (code) => {
    const { ledger, told, written, lend } = createScene();
    lend(2);
    const [write] = written();
    ledger.onRefused(write?.write ?? expect.fail(), code, START);
    expect(told).toEqual(["2 lost"]);
    const later = after(START, durationMs(30_000));
    ledger.wake(later);
    expect(written(later)).toEqual([]);
    expect(told).toEqual(["2 lost"]);
  },
);

it("who is told that a lease is lost may ask for another one at once", () => {
  const { ledger, told, written, lend } = createScene();
  ledger.lease(lease(2), () => lend(3));
  const [write] = written();
  ledger.onRefused(write?.write ?? expect.fail(), "ERR_STORE_FULL", START);
  const [next] = written();
  expect(next?.changes).toEqual([{ kind: "leased", lease: lease(3) }]);
  ledger.onCommitted(next?.write ?? expect.fail(), START);
  expect(told).toEqual(["3 kept"]);
});
