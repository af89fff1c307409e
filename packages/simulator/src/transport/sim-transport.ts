import {
  acceptedConnId,
  type ConnId,
  createDeadlineQueue,
  type Endpoint,
  isIpLiteral,
  unmapped,
} from "@mutirao/primitives";
import { createLineDecoder } from "@mutirao/protocol";
import type { Transport, TransportHandler, TransportLimits } from "@mutirao/transport";
import { asciiBytes } from "../ascii.ts";
import { type EventLoop, LOOK_UPS } from "../event-loop.ts";
import type { Breakage, SocketHandler } from "../network/half.ts";
import type { SimSocket } from "../network/sim-network.ts";
import { watch } from "./conn-deadlines.ts";
import { feed, handleLines } from "./conn-lines.ts";
import { makeRoom, mayAccept, mayDial } from "./places.ts";
import { createResolver } from "./resolver.ts";
import type { SimConn } from "./sim-conn.ts";
import { breakConn, nowOf, type SimTransportPlace, type TransportState, tellEnd, tellNow } from "./transport-state.ts";

/** The port over the simulated network. Virtual time has no use for promises, so the port's two have twins without. */
export interface SimTransport extends Transport {
  /** Listens at once; `undefined` if the address is taken. */
  listenNow(at: Endpoint): Endpoint | undefined;
  /** Ends everything at once. */
  stopNow(): void;
  /** Connections whose end has not been told, dials under way included. */
  readonly connections: number;
  /** Connections that hold a place: those whose end has come, told or not, do not. */
  readonly placesTaken: number;
  /** Which process is at the other end of a connection; for checkers. */
  otherLoopOf(conn: ConnId): EventLoop | undefined;
}

/** A transport for one process. It keeps the same limits as the one over TCP. */
export function createSimTransport(
  place: SimTransportPlace,
  limits: TransportLimits,
  handler: TransportHandler,
): SimTransport {
  const { names, clock, scheduler, loop } = place;
  const now = () => clock.read(scheduler.now);
  const { lookupsMax, lookupCacheMs: cacheMs } = limits;
  const state: TransportState = {
    ...place,
    limits,
    handler,
    resolver: createResolver({ names, lookupsMax, cacheMs, now, post: (run) => loop.post(LOOK_UPS, run) }),
    conns: new Map(),
    perSource: new Map(),
    dialled: new Set(),
    accepted: new Set(),
    unidentified: new Set(),
    deadlines: createDeadlineQueue(),
    timerAt: undefined,
    listening: undefined,
    acceptedCount: 0,
    isStopped: false,
    lastSent: undefined,
  };
  const listenNow = (at: Endpoint): Endpoint | undefined => listen(state, at);
  const stopNow = (): void => stop(state);
  return {
    listenNow,
    stopNow,
    async listen(at) {
      const bound = listenNow(at);
      if (bound === undefined) throw Object.assign(new Error(`the address is in use`), { code: "EADDRINUSE" });
      return bound;
    },
    dial: (conn, to) => dial(state, conn, to),
    send: (conn, line) => send(state, conn, line),
    identify: (conn) => identify(state, conn),
    spare: (conn, isSpared) => spare(state, conn, isSpared),
    allow(id, linesPerSecond) {
      const conn = state.conns.get(id);
      if (conn === undefined) return;
      conn.rate = { linesPerSecondMax: linesPerSecond, linesBurstMax: linesPerSecond };
      conn.allowance.tokens = linesPerSecond;
    },
    owe(id) {
      const conn = state.conns.get(id);
      if (conn !== undefined) conn.isOwed = true;
    },
    close: (conn) => close(state, conn),
    async stop() {
      stopNow();
    },
    get connections() {
      return state.conns.size;
    },
    get placesTaken() {
      return state.dialled.size + state.accepted.size;
    },
    otherLoopOf: (conn) => state.conns.get(conn)?.socket?.otherLoop,
  };
}

function createConn(state: TransportState, id: ConnId, source: string): SimConn {
  const now = nowOf(state);
  const isDialled = source === "";
  const { limits } = state;
  const conn: SimConn = {
    id,
    isDialled,
    source,
    decoder: createLineDecoder(isDialled ? limits.lineMaxBytes : limits.lineUnidentifiedMaxBytes),
    allowance: { tokens: limits.linesBurstMax, at: now },
    rate: limits,
    phase: "looking-up",
    socket: undefined,
    early: [],
    isIdentified: isDialled,
    isSpared: false,
    isOwed: false,
    hasFirstLine: false,
    hasEnded: false,
    isEndTold: false,
    isHandling: false,
    isHeld: false,
    since: now,
    lastByteAt: now,
    lineBegunAt: undefined,
  };
  state.conns.set(id, conn);
  return conn;
}

function listen(state: TransportState, at: Endpoint): Endpoint | undefined {
  const { network, machine, loop } = state;
  state.listening = network.listen(machine, loop, at, (socket) => accept(state, socket));
  return state.listening?.endpoint;
}

/** For a connection that was refused: it is never mentioned. */
const deaf: SocketHandler = { opened() {}, received() {}, ended() {}, broken() {}, drained() {} };

function accept(state: TransportState, socket: SimSocket): SocketHandler {
  const source = unmapped(socket.remote.host);
  if (state.isStopped || !mayAccept(state, source) || !state.hasDescriptors()) {
    if (state.prng.chance(0.5)) socket.abort();
    else socket.release();
    return deaf;
  }
  state.perSource.set(source, (state.perSource.get(source) ?? 0) + 1);
  const conn = createConn(state, acceptedConnId(state.acceptedCount++), source);
  conn.socket = socket;
  state.accepted.add(conn);
  state.unidentified.add(conn);
  makeRoom(state);
  open(state, conn);
  return handlerOf(state, conn);
}

function open(state: TransportState, conn: SimConn): void {
  const { socket } = conn;
  if (socket === undefined) return;
  conn.phase = "open";
  conn.since = nowOf(state);
  conn.lastByteAt = conn.since;
  watch(state, conn);
  state.handler.connOpened(conn.id, { remote: socket.remote, local: socket.local });
}

function handlerOf(state: TransportState, conn: SimConn): SocketHandler {
  return {
    opened() {
      if (conn.phase === "connecting") open(state, conn);
    },
    received: (bytes) => feed(state, conn, bytes),
    ended() {
      if (conn.phase !== "open") return;
      conn.hasEnded = true;
      conn.decoder.end();
      handleLines(state, conn);
    },
    broken: (why) => tellBreakage(state, conn, why),
    drained() {
      conn.lastByteAt = nowOf(state);
      if (conn.phase === "closing" && conn.socket?.unsentBytes === 0) tellEnd(state, conn, { code: "CONN_CLOSED" });
      else if (conn.isHeld) handleLines(state, conn);
    },
  };
}

function tellBreakage(state: TransportState, conn: SimConn, why: Breakage): void {
  if (conn.phase === "closing") {
    tellEnd(state, conn, { code: "CONN_CLOSED" });
    return;
  }
  if (conn.phase === "open") {
    tellEnd(state, conn, { code: "ERR_CONN_RESET", detail: why === "reset" ? "ECONNRESET" : "ETIMEDOUT" });
    return;
  }
  if (why === "unreachable") {
    tellEnd(state, conn, { code: "ERR_DIAL_UNREACHABLE", detail: "EHOSTUNREACH" });
    return;
  }
  if (why === "gave-up") {
    tellEnd(state, conn, { code: "ERR_DIAL_TIMEOUT", detail: "ETIMEDOUT" });
    return;
  }
  tellEnd(state, conn, { code: "ERR_DIAL_REFUSED", detail: "ECONNREFUSED" });
}

function dial(state: TransportState, id: ConnId, to: Endpoint): void {
  const conn = createConn(state, id, "");
  if (state.isStopped) {
    tellNow(state, conn, { code: "CONN_CLOSED" });
    return;
  }
  if (!mayDial(state)) {
    tellEnd(state, conn, { code: "ERR_DIAL_LIMIT" });
    return;
  }
  if (!state.hasDescriptors()) {
    tellEnd(state, conn, { code: "ERR_DIAL_LOCAL", detail: "EMFILE" });
    return;
  }
  state.dialled.add(conn);
  makeRoom(state);
  watch(state, conn);
  if (isIpLiteral(to.host)) {
    connectTo(state, conn, to);
    return;
  }
  state.resolver.lookUp(to.host, (address) => {
    if (conn.phase !== "looking-up") return;
    if (address !== undefined) connectTo(state, conn, { host: address, port: to.port });
    else tellEnd(state, conn, { code: "ERR_DIAL_UNRESOLVED", detail: "ENOTFOUND" });
  });
}

function connectTo(state: TransportState, conn: SimConn, to: Endpoint): void {
  const { network, machine, loop, localHost } = state;
  conn.phase = "connecting";
  conn.since = nowOf(state);
  state.deadlines.cancel(conn);
  watch(state, conn);
  const socket = network.connect(machine, loop, localHost, to, handlerOf(state, conn));
  conn.socket = socket;
  for (const bytes of conn.early.splice(0)) socket.write(bytes);
}

function send(state: TransportState, id: ConnId, line: string): void {
  const conn = state.conns.get(id);
  if (conn === undefined || conn.phase === "closing" || conn.phase === "closed") return;
  const bytes = bytesOf(state, line);
  conn.lastByteAt = nowOf(state);
  if (conn.socket === undefined) conn.early.push(bytes);
  else conn.socket.write(bytes);
  if ((conn.socket?.unsentBytes ?? 0) > state.limits.outputMaxBytes) {
    breakConn(state, conn, { code: "ERR_SLOW_CONSUMER" });
  }
}

function bytesOf(state: TransportState, line: string): Uint8Array {
  if (state.lastSent?.line === line) return state.lastSent.bytes;
  const bytes = asciiBytes(line);
  state.lastSent = { line, bytes };
  return bytes;
}

function identify(state: TransportState, id: ConnId): void {
  const conn = state.conns.get(id);
  if (conn === undefined || conn.isIdentified) return;
  conn.isIdentified = true;
  state.unidentified.delete(conn);
  conn.decoder.setLineMaxBytes(state.limits.lineMaxBytes);
}

function spare(state: TransportState, id: ConnId, isSpared: boolean): void {
  const conn = state.conns.get(id);
  if (conn === undefined) return;
  conn.isSpared = isSpared;
  conn.lastByteAt = nowOf(state);
  watch(state, conn);
}

function close(state: TransportState, id: ConnId): void {
  const conn = state.conns.get(id);
  if (conn === undefined || conn.phase === "closing" || conn.phase === "closed") return;
  if (conn.phase !== "open") {
    breakConn(state, conn, { code: "CONN_CLOSED" });
    return;
  }
  conn.phase = "closing";
  conn.socket?.release();
  if (conn.socket?.unsentBytes === 0) tellEnd(state, conn, { code: "CONN_CLOSED" });
  else watch(state, conn);
}

function stop(state: TransportState): void {
  state.isStopped = true;
  state.listening?.stop();
  for (const conn of [...state.conns.values()]) {
    conn.socket?.release();
    if (conn.phase === "closed") tellNow(state, conn, { code: "CONN_CLOSED" });
    else tellEnd(state, conn, { code: "CONN_CLOSED" });
  }
}
