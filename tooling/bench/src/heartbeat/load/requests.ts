import { randomUUID } from "node:crypto";
import type { Load } from "./load.ts";

/** Requests of equal length, end to end, to be sent round and round. */
export interface RequestRing {
  /** {@link RING_LINES} lines, twice over, so that any run of that many lines is one piece of it. */
  readonly bytes: Buffer;
  readonly lineBytes: number;
}

export const RING_LINES = 256;

export function createRequestRing(lines: Load["lines"]): RequestRing {
  const request = (): string =>
    lines === "same" ? '{"TASK": "HEARTBEAT"}\n' : `{"SERVER_UUID": "${randomUUID()}", "TASK": "HEARTBEAT"}\n`;
  const once = Buffer.from(Array.from({ length: RING_LINES }, request).join(""));
  return { bytes: Buffer.concat([once, once]), lineBytes: once.length / RING_LINES };
}
