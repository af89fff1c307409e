import { createServer, connect as netConnect, type Server, type Socket } from "node:net";
import { type Endpoint, unmapped } from "@mutirao/primitives";

/**
 * How every socket of ours is set up. Half-open: a FIN says that the other side is finished sending, not that it has
 * stopped listening for the answer.
 */
const socketOptions = { allowHalfOpen: true } as const;

const KEEP_ALIVE_DELAY_MS = 5_000;

/** @param highWaterMark bytes of waiting output above which a "drain" is going to follow. */
export function createSocketServer(highWaterMark: number): Server {
  return createServer({ ...socketOptions, highWaterMark });
}

/** Begins to connect to an IP literal. May throw, for what the platform does not take as an endpoint at all. */
export function connectSocket(
  host: string,
  port: number,
  localAddress: string | undefined,
  writableHighWaterMark: number,
): Socket {
  // `writableHighWaterMark` is an option of every stream, which the types of `net` leave out.
  const options = { ...socketOptions, host, port, localAddress, writableHighWaterMark };
  return netConnect(options);
}

/** The error is also in `socket.errored`, and "close" follows; without a listener it would end the process. */
const onSocketError = (): void => {};

/** What becomes of a socket. */
export interface SocketEvents {
  data(chunk: Uint8Array): void;
  /** The other side's FIN, after all its data. */
  end(): void;
  /** The last event, whatever happened. */
  close(): void;
}

export function listenTo(socket: Socket, { data, end, close }: SocketEvents): void {
  socket.on("error", onSocketError);
  socket.on("data", data);
  socket.on("end", end);
  socket.on("close", close);
}

/**
 * Lets the kernel find out about a machine that vanished, though nothing is being sent to it. That is four system
 * calls, so a socket gets it when it has lived for a while: one that carries a single beat never needs it.
 */
export function keepAlive(socket: Socket): void {
  socket.setKeepAlive(true, KEEP_ALIVE_DELAY_MS);
}

/**
 * Lets every write leave at once, as a line is worth a packet. The kernel only ever holds back a write while an earlier
 * one is not acknowledged, so this is not needed before the second write, and many sockets see just one.
 */
export function sendWithoutDelay(socket: Socket): void {
  socket.setNoDelay(true);
}

/** Ends a socket that nobody will ever hear of. */
export function discard(socket: Socket): void {
  socket.on("error", onSocketError);
  socket.destroy();
}

/** The other end of a socket; `undefined` if it was broken before anybody looked. */
export function remoteEndpoint({ remoteAddress, remotePort }: Socket): Endpoint | undefined {
  if (remoteAddress === undefined || remotePort === undefined) return undefined;
  return { host: unmapped(remoteAddress), port: remotePort };
}

/** This end of a socket; `undefined` as for the other. */
export function localEndpoint({ localAddress, localPort }: Socket): Endpoint | undefined {
  if (localAddress === undefined || localPort === undefined) return undefined;
  return { host: unmapped(localAddress), port: localPort };
}
