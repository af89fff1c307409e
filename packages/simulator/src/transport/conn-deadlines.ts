import { after, type InstantMs, instantMs } from "@mutirao/primitives";
import type { CloseReason } from "@mutirao/transport";
import { TRANSPORT_TIMERS } from "../event-loop.ts";
import type { SimConn } from "./sim-conn.ts";
import { breakConn, endConn, nowOf, type TransportState } from "./transport-state.ts";

interface Due {
  readonly at: InstantMs;
  readonly code: CloseReason["code"];
}

/**
 * Makes sure that the connection is looked at when its first limit is reached. Limits move with every byte, so what is
 * scheduled is only ever too early; then it is scheduled anew.
 */
export function watch(state: TransportState, conn: SimConn): void {
  const due = dueOf(state, conn);
  const scheduled = state.deadlines.deadlineOf(conn);
  if (due === undefined || (scheduled !== undefined && scheduled <= due.at)) return;
  state.deadlines.schedule(conn, due.at);
  armTimer(state);
}

function armTimer(state: TransportState): void {
  const next = state.deadlines.nextDeadline();
  if (next === undefined || (state.timerAt !== undefined && state.timerAt <= next)) return;
  state.timerAt = next;
  state.scheduler.at(state.clock.worldAt(next), () => {
    state.loop.post(TRANSPORT_TIMERS, () => {
      if (state.timerAt !== next) return;
      state.timerAt = undefined;
      enforce(state);
      armTimer(state);
    });
  });
}

function enforce(state: TransportState): void {
  const now = nowOf(state);
  for (let conn = state.deadlines.takeDue(now); conn !== undefined; conn = state.deadlines.takeDue(now)) {
    const due = dueOf(state, conn);
    if (due === undefined) continue;
    if (due.at > now) state.deadlines.schedule(conn, due.at);
    else if (conn.phase === "open") endConn(state, conn, { code: due.code });
    else breakConn(state, conn, { code: due.code });
  }
}

const NEVER = instantMs(Number.POSITIVE_INFINITY);

/** Which limit the connection reaches first, as things stand. */
function dueOf({ limits }: TransportState, conn: SimConn): Due | undefined {
  switch (conn.phase) {
    case "looking-up":
      return { at: after(conn.since, limits.lookupMs), code: "ERR_DIAL_UNRESOLVED" };
    case "connecting":
      return { at: after(conn.since, limits.connectMs), code: "ERR_DIAL_TIMEOUT" };
    case "closing":
      // The other side does not read what we sent before we closed.
      return { at: after(conn.lastByteAt, limits.idleMs), code: "CONN_CLOSED" };
    case "open":
      return openDue(limits, conn);
    case "closed":
      return undefined;
  }
}

function openDue(limits: TransportState["limits"], conn: SimConn): Due | undefined {
  const idleAt = conn.isSpared ? NEVER : after(conn.lastByteAt, limits.idleMs);
  let due: Due = { at: idleAt, code: "ERR_IDLE_TIMEOUT" };
  if (conn.lineBegunAt !== undefined && !conn.isHeld) {
    const lineAt = after(conn.lineBegunAt, limits.lineMs);
    if (lineAt < due.at) due = { at: lineAt, code: "ERR_LINE_TIMEOUT" };
  }
  if (!conn.isDialled && !conn.hasFirstLine) {
    const firstLineAt = after(conn.since, limits.firstLineMs);
    if (firstLineAt < due.at) due = { at: firstLineAt, code: "ERR_FIRST_LINE_TIMEOUT" };
  }
  return due.at === NEVER ? undefined : due;
}
