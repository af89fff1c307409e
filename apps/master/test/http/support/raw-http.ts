import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import type { Endpoint } from "@mutirao/primitives";

/** A client that sends what it is told, byte by byte if need be. */
export async function connectHttp({ host, port }: Endpoint): Promise<Socket> {
  const socket = connect({ host, port });
  await once(socket, "connect");
  return socket;
}

export interface RawAnswer {
  readonly status: number;
  readonly head: string;
  readonly body: string;
}

/** Sends a whole request and reads until the server closes. */
export async function askRaw(at: Endpoint, request: string | Uint8Array): Promise<RawAnswer> {
  const socket = await connectHttp(at);
  socket.write(request);
  return readAnswer(await text(socket));
}

export function readAnswer(whole: string): RawAnswer {
  const [head = "", ...body] = whole.split("\r\n\r\n");
  return { status: Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1]), head, body: body.join("\r\n\r\n") };
}
