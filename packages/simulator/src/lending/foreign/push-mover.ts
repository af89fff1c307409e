import { isKeepAlive, isQuery } from "../../farm/foreign/foreign-process.ts";
import type { ForeignConn } from "../../foreign/foreign-conn.ts";
import { aliveOf, type MoverState, obey, resultOf, tried, work } from "./mover-state.ts";

/** Where a master has workers that wait for what is pushed to them, by its other port. */
const PUSH_PORT_ABOVE = 1;

/**
 * Waits for tasks and orders on one connection, and opens another when that one ends, or when it has gone elsewhere. What
 * comes while it works waits, and so does an order; a result that has lost its connection is lost.
 */
export function connectForLife(state: MoverState): void {
  const { plan, prng, world } = state;
  const { host, port } = state.at;
  const waiting: string[] = [];
  let isBusy = false;
  let isHeard = false;

  const next = (conn: ForeignConn): void => {
    const line = isBusy || conn.isOver ? undefined : waiting.shift();
    if (line === undefined) return;
    if (isKeepAlive(line)) conn.say(`{"STATUS": "PONG", "WORKER_UUID": "${plan.id}"}\n`);
    else if (isQuery(line)) {
      isBusy = true;
      work(state, line, (execution) => {
        isBusy = false;
        if (conn.isOver) execution.isAmbiguous = true;
        else conn.say(resultOf(state, execution));
        next(conn);
      });
    } else if (obey(state, line)) {
      conn.end();
      return;
    }
    next(conn);
  };

  state.dial(
    { host, port: port + PUSH_PORT_ABOVE },
    {
      opened(opened) {
        isHeard = true;
        opened.say(aliveOf(state));
      },
      line(conn, line) {
        waiting.push(line);
        next(conn);
      },
      over() {
        // A connection that stood was a master's, however it ended.
        tried(state, isHeard);
        world().scheduler.after(plan.pollMs * (0.5 + prng.next()), () => connectForLife(state));
      },
    },
  );
}
