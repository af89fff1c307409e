import { takeLine } from "./allowance.ts";
import { watch } from "./conn-deadlines.ts";
import type { SimConn } from "./sim-conn.ts";
import { endConn, later, nowOf, type TransportState } from "./transport-state.ts";

const NEWLINE = 0x0a;

/** Bytes have arrived. */
export function feed(state: TransportState, conn: SimConn, bytes: Uint8Array): void {
  if (conn.phase !== "open") return;
  conn.lastByteAt = nowOf(state);
  conn.decoder.feed(bytes);
  if (!conn.decoder.isMidLine) conn.lineBegunAt = undefined;
  else if (conn.lineBegunAt === undefined || bytes.includes(NEWLINE)) conn.lineBegunAt = conn.lastByteAt;
  handleLines(state, conn);
  if (conn.phase === "open") watch(state, conn);
}

/**
 * Hands over the lines that are there, as far as fairness allows: so many in one turn, so many per second, and none
 * while the sender does not read what we answer. While lines are held nothing more is read.
 */
export function handleLines(state: TransportState, conn: SimConn): void {
  if (conn.isHandling || conn.phase !== "open") return;
  conn.isHandling = true;
  conn.isHeld = false;
  for (let handled = 0; conn.phase === "open" && conn.decoder.hasNext; handled++) {
    if (isHeldBack(state, conn, handled)) {
      conn.isHeld = true;
      break;
    }
    handleOne(state, conn);
  }
  conn.isHandling = false;
  if (conn.phase !== "open") return;
  if (conn.isHeld) conn.socket?.pauseReading();
  else if (conn.hasEnded) allRead(state, conn);
  else conn.socket?.resumeReading();
}

/** The other side has ended, and all that it sent is handed over. */
function allRead(state: TransportState, conn: SimConn): void {
  if (!conn.isOwed) {
    endConn(state, conn, { code: "CONN_ENDED" });
  } else if (!conn.isEndTold) {
    conn.isEndTold = true;
    state.handler.inputEnded?.(conn.id);
  }
}

function handleOne(state: TransportState, conn: SimConn): void {
  const next = conn.decoder.next();
  if (next === undefined) return;
  if (typeof next === "string") {
    conn.hasFirstLine = true;
    state.handler.lineReceived(conn.id, next);
    return;
  }
  // What the user does about it changes nothing any more: the connection ends for this reason.
  conn.phase = "closing";
  state.handler.lineRefused(conn.id, next);
  endConn(state, conn, { code: "ERR_LINE_VIOLATION" });
}

/** Whether the next line has to wait; if so, it has been arranged that it is looked at again. */
function isHeldBack(state: TransportState, conn: SimConn, handled: number): boolean {
  const { limits } = state;
  if (handled >= limits.linesPerTurnMax) {
    later(state, 0, () => handleLines(state, conn));
    return true;
  }
  // The news that the other side has read brings us back here.
  if ((conn.socket?.unsentBytes ?? 0) > limits.outputPauseBytes) return true;
  const waitMs = takeLine(conn.allowance, conn.rate, nowOf(state));
  if (waitMs > 0) later(state, waitMs, () => handleLines(state, conn));
  return waitMs > 0;
}
