import type { MonitorDelta, MonitorSnapshot } from "@mutirao/operator-api/monitor";
import { monitorDeltaSchema, monitorSnapshotSchema } from "@mutirao/operator-api/monitor";
import { nodeId } from "@mutirao/primitives";
import { expect, test } from "vitest";
import { applyDelta, differenceOf } from "../src/index.ts";
import { createBench } from "./support/bench.ts";

const status: MonitorSnapshot["status"] = {
  ...{ version: "1", startedAt: "2026-11-24T15:00:00.000Z", now: "2026-11-24T15:00:00.000Z", listening: null },
  ...{ isCutOff: false, lastReportAt: null, reports: 0, violations: 0, dropped: 0, mastersRefused: 0 },
  ...{ history: { state: "off", why: null }, replay: null, webhook: null },
};

const sorted = (snapshot: MonitorSnapshot) => ({
  ...snapshot,
  masters: snapshot.masters.toSorted((a, b) => (a.id < b.id ? -1 : 1)),
  workers: snapshot.workers.toSorted((a, b) => (a.key < b.key ? -1 : 1)),
  alarms: snapshot.alarms.toSorted((a, b) => (a.key < b.key ? -1 : 1)),
});

test("a snapshot with its deltas is the snapshot at the end, whatever came in between", () => {
  const bench = createBench({ mastersMax: 4, workersMax: 12 });
  let followed: MonitorSnapshot = { status, ...bench.model.parts() };
  // What each master says changes with every step, in a way that repeats itself only after long.
  for (let step = 0; step < 400; step++) {
    const id = `m${(step * 7) % 6}`;
    const workers = Array.from({ length: (step * 5) % 4 }, (_, index) => ({
      ...{ id: `w${(step + index) % 5}`, status: step % 3 === 0 ? "AWAY" : "ALIVE", slots: 1, busy: 0 },
      owner: index % 2 === 0 ? undefined : "m0",
    }));
    const loans =
      step % 4 === 0 ? [{ id: "l", worker: "w", lender: id, borrower: "b", state: "here", endsAt: undefined }] : [];
    bench.report(id, { extension: { state: step % 5 === 0 ? "STALLED" : "NORMAL", workers, loans } });
    bench.pass(step % 50 === 0 ? 200_000 : (step % 7) * 1_000);
    const changes = bench.model.take();
    if (changes === undefined) continue;
    const delta: MonitorDelta = { status, ...changes };
    expect(monitorDeltaSchema.safeParse(delta)).toMatchObject({ success: true });
    followed = applyDelta(followed, delta);
    expect(sorted(followed)).toStrictEqual(sorted({ status, ...bench.model.parts() }));
  }
  expect(monitorSnapshotSchema.safeParse(followed)).toMatchObject({ success: true });
});

test("two masters' views of the others are compared", () => {
  const bench = createBench();
  const see = (id: string, peers: Readonly<Record<string, boolean>>): void =>
    bench.report(id, {
      neighbours: Object.entries(peers).map(([peer, isAvailable]) => ({
        ...{ id: nodeId(peer), isAvailable, lastHeartbeatAt: undefined },
      })),
    });
  see("a", { b: true, c: true, d: false });
  see("b", { a: true, c: false, e: true });
  const [left, right] = [bench.model.master("a"), bench.model.master("b")];
  if (left === undefined || right === undefined) throw new Error("both have reported");
  expect(differenceOf(left, right)).toStrictEqual({
    ...{ left: "a", right: "b" },
    rows: [
      { peer: "c", left: "ALIVE", right: "TIMEOUT", differs: true },
      { peer: "d", left: "TIMEOUT", right: null, differs: true },
      { peer: "e", left: null, right: "ALIVE", differs: true },
    ],
  });
});
