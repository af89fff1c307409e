import { after, dialledConnId, durationMs, type InstantMs, instantMs } from "@mutirao/primitives";
import { transportLimitDefaults } from "@mutirao/transport";
import { afterEach, describe, expect, it } from "vitest";
import { createDeadlineWatch, type DeadlineWatch } from "../src/deadline-watch.ts";
import { lineRateOf } from "../src/line-budget.ts";
import { createTcpConnection, NEVER, type TcpConnection } from "../src/tcp-connection.ts";
import { createWatch } from "./tcp-harness.ts";

const clock = (): InstantMs => instantMs(performance.now());
const inMs = (ms: number): InstantMs => after(clock(), durationMs(ms));

let watch: DeadlineWatch | undefined;
afterEach(() => watch?.stop());

/** A watch over connections whose only deadline is `phaseEndsBy`, and which have none once they were looked at. */
function createBench(): {
  readonly deadlines: DeadlineWatch;
  readonly looks: { readonly connection: TcpConnection; readonly lateByMs: number }[];
  readonly outlived: ReadonlySet<TcpConnection>;
  lookedAt(count: number): Promise<void>;
  connectionDue(at: InstantMs): TcpConnection;
} {
  const looks: { connection: TcpConnection; lateByMs: number }[] = [];
  const { moved, until } = createWatch();
  const outlived = new Set<TcpConnection>();
  let connections = 0;
  const deadlines = createDeadlineWatch({
    clock,
    earliestOf: ({ phaseEndsBy }) => phaseEndsBy,
    onOutlived: (connection) => void outlived.add(connection),
    look(connection, now) {
      looks.push({ connection, lateByMs: now - connection.phaseEndsBy });
      if (connection.phaseEndsBy <= now) connection.phaseEndsBy = NEVER;
      moved();
    },
  });
  watch = deadlines;
  return {
    deadlines,
    looks,
    outlived,
    lookedAt: (count) => until(`${count} looks`, () => looks.length >= count),
    connectionDue(at) {
      const connection = createTcpConnection(
        dialledConnId(connections++),
        undefined,
        1_024,
        lineRateOf(transportLimitDefaults),
        clock(),
      );
      connection.phaseEndsBy = at;
      deadlines.watch(connection);
      return connection;
    },
  };
}

describe("the watch over deadlines", () => {
  it("looks at each connection when it is due, in order, and not before", async () => {
    const bench = createBench();
    // Before, at and after the sweep that takes newcomers into the queue.
    const due = [180, 20, 100, 60, 140].map((ms) => [ms, bench.connectionDue(inMs(ms))] as const);
    await bench.lookedAt(5);
    const inOrder = due.sort(([a], [b]) => a - b).map(([, connection]) => connection);
    expect(bench.looks.map(({ connection }) => connection)).toEqual(inOrder);
    for (const { lateByMs } of bench.looks) expect(lateByMs).toBeGreaterThanOrEqual(0);
  });

  it("looks earlier when a deadline comes nearer, as a newcomer and later", async () => {
    const bench = createBench();
    const [newcomer, settled, last] = [bench.connectionDue(inMs(60_000)), bench.connectionDue(inMs(60_000)), inMs(150)];
    newcomer.phaseEndsBy = inMs(20);
    bench.deadlines.watch(newcomer);
    bench.connectionDue(last);
    await bench.lookedAt(2);
    settled.phaseEndsBy = inMs(10);
    bench.deadlines.watch(settled);
    await bench.lookedAt(3);
    expect(bench.looks.map(({ connection }) => connection.conn)).toEqual([
      newcomer.conn,
      dialledConnId(2),
      settled.conn,
    ]);
  });

  it("finds a deadline that has moved away when it comes to the connection, and puts it back", async () => {
    const bench = createBench();
    const moving = bench.connectionDue(inMs(130));
    moving.phaseEndsBy = inMs(200);
    const settled = bench.connectionDue(inMs(10));
    await bench.lookedAt(2);
    expect(bench.looks.map(({ connection }) => connection)).toEqual([settled, moving]);
    expect(bench.looks[1]?.lateByMs).toBeGreaterThanOrEqual(0);
  });

  it("never looks at a connection that was forgotten, as a newcomer or later", async () => {
    const bench = createBench();
    bench.deadlines.forget(bench.connectionDue(inMs(150)));
    bench.deadlines.forget(bench.connectionDue(inMs(30)));
    const settled = bench.connectionDue(inMs(250));
    const first = bench.connectionDue(inMs(180));
    await bench.lookedAt(1);
    bench.deadlines.forget(settled);
    const last = bench.connectionDue(inMs(150));
    await bench.lookedAt(2);
    expect(bench.looks.map(({ connection }) => connection)).toEqual([first, last]);
  });

  it("tells of connections that live on, and not of those that are gone before", async () => {
    const bench = createBench();
    const [far, near] = [bench.connectionDue(inMs(60_000)), bench.connectionDue(inMs(10))];
    const gone = bench.connectionDue(inMs(60_000));
    bench.deadlines.forget(gone);
    const last = bench.connectionDue(inMs(150));
    await bench.lookedAt(2);
    expect(bench.outlived).toEqual(new Set([near, far, last]));
    expect(bench.outlived.has(gone)).toBe(false);
  });

  it("watches a connection on that had no deadline when the newcomers were taken in", async () => {
    const bench = createBench();
    const connection = bench.connectionDue(inMs(60_000));
    connection.phaseEndsBy = NEVER;
    bench.connectionDue(inMs(150));
    await bench.lookedAt(1);
    connection.phaseEndsBy = inMs(10);
    bench.deadlines.watch(connection);
    await bench.lookedAt(2);
    expect(bench.looks[1]?.connection).toBe(connection);
  });

  it("keeps no place for a connection that is forgotten, nor for one without a deadline", async () => {
    const bench = createBench();
    const connection = bench.connectionDue(inMs(60_000));
    expect(bench.deadlines.size()).toBe(1);
    connection.phaseEndsBy = NEVER;
    bench.connectionDue(inMs(150));
    await bench.lookedAt(1);
    expect(bench.deadlines.size()).toBe(0);
    connection.phaseEndsBy = inMs(60_000);
    bench.deadlines.watch(connection);
    bench.deadlines.forget(connection);
    expect(bench.deadlines.size()).toBe(0);
  });
});
