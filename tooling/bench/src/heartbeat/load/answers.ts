import net from "node:net";
import type { Load } from "./load.ts";
import type { RequestRing } from "./requests.ts";

/** The most that is read from a socket at once. */
export const CHUNK_MAX_BYTES = 65_536;

/** The bytes that a server must send, which repeat themselves for ever. */
export interface ExpectedAnswers {
  readonly lineBytes: number;
  /** After how many bytes they begin again. */
  readonly periodBytes: number;
  /** Long enough for a chunk that begins anywhere within the first period. */
  readonly bytes: Buffer;
}

/** What a server will answer to these requests: found out by asking once, and then expected every time. */
export async function learnAnswers(load: Load, ring: RequestRing): Promise<ExpectedAnswers> {
  if (load.answers === "echo") return expectEcho(ring);
  const answer = await askOnce(load.port, ring.bytes.subarray(0, ring.lineBytes));
  const text = answer.toString();
  const { TASK, RESPONSE } = JSON.parse(text) as { TASK?: unknown; RESPONSE?: unknown };
  if (TASK !== "HEARTBEAT" || RESPONSE !== "ALIVE") throw new Error(`this is no heartbeat's answer: ${text}`);
  return repeating(answer, answer.length);
}

/** The requests themselves. */
export const expectEcho = ({ bytes, lineBytes }: RequestRing): ExpectedAnswers =>
  repeating(bytes.subarray(0, bytes.length / 2), lineBytes);

function repeating(period: Buffer, lineBytes: number): ExpectedAnswers {
  const times = 1 + Math.ceil(CHUNK_MAX_BYTES / period.length);
  return { lineBytes, periodBytes: period.length, bytes: Buffer.concat(Array.from({ length: times }, () => period)) };
}

function askOnce(port: number, request: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let received = Buffer.alloc(0);
    const socket = net.connect({ host: "127.0.0.1", port, noDelay: true }, () => socket.write(request));
    socket.on("error", reject);
    socket.on("close", () => reject(new Error("the server closed the connection without an answer")));
    socket.on("data", (chunk) => {
      received = Buffer.concat([received, chunk]);
      if (received.at(-1) !== 0x0a) return;
      resolve(received);
      socket.destroy();
    });
  });
}

/** Follows what one connection receives. */
export interface AnswerReader {
  /** Compares the next bytes with what must come, and tells how many answers they complete. Throws if they differ. */
  read(chunk: Buffer, length: number): number;
}

/**
 * Checks every byte of every answer by comparing memory, which costs far less than reading JSON: a generator that
 * spends more on an answer than the server would measure itself.
 */
export function createAnswerReader({ lineBytes, periodBytes, bytes }: ExpectedAnswers): AnswerReader {
  let phase = 0;
  let unfinishedBytes = 0;
  return {
    read(chunk, length) {
      if (chunk.compare(bytes, phase, phase + length, 0, length) !== 0) {
        throw new Error(`a wrong answer: ${chunk.toString("utf8", 0, Math.min(length, 200))}`);
      }
      phase = (phase + length) % periodBytes;
      unfinishedBytes += length;
      const answers = Math.floor(unfinishedBytes / lineBytes);
      unfinishedBytes -= answers * lineBytes;
      return answers;
    },
  };
}
