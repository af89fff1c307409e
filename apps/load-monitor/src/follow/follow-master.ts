import { type ClientRequest, type IncomingMessage, request } from "node:http";
import type { HeardNotice } from "@mutirao/monitor-model";
import { type Endpoint, epochMs } from "@mutirao/primitives";
import { parseIsoTime, printable } from "@mutirao/protocol";
import { createEventParser, type StreamEvent } from "./event-parser.ts";

/** Reads the event stream of one master, and comes back to it when it breaks. */
export interface Follower {
  readonly at: Endpoint;
  stop(): void;
}

export interface FollowerOptions {
  readonly at: Endpoint;
  readonly onNotice: (notice: HeardNotice) => void;
  readonly onFollowing: (isFollowed: boolean) => void;
}

const RETRY_MS = 2_000;
const RETRY_MAX_MS = 60_000;
/** A master says that it is still there every 15 s. */
const SILENCE_MS = 60_000;
/** Notices that are taken of one master in a second; what is above it is left out. */
const PER_SECOND_MAX = 200;

/** What a busy master tells of thousands of times, and what says nothing about load. */
const noise: ReadonlySet<string> = new Set(["registry-due", "task-recorded", "beat-failed", "report-failed"]);

export function followMaster({ at, onNotice, onFollowing }: FollowerOptions): Follower {
  let current: ClientRequest | undefined;
  let retry: NodeJS.Timeout | undefined;
  let retryMs = RETRY_MS;
  let isStopped = false;
  const ration = { second: 0, told: 0 };

  const again = (): void => {
    if (isStopped || retry !== undefined) return;
    onFollowing(false);
    retry = setTimeout(connect, retryMs);
    retryMs = Math.min(RETRY_MAX_MS, 2 * retryMs);
  };
  const take = ({ event, data }: StreamEvent): void => {
    const second = Math.floor(Date.now() / 1_000);
    if (ration.second !== second) Object.assign(ration, { second, told: 0 });
    if (noise.has(event) || ++ration.told > PER_SECOND_MAX) return;
    const notice = noticeOf(event, data);
    if (notice !== undefined) onNotice(notice);
  };
  const read = (response: IncomingMessage): void => {
    const isStream = response.headers["content-type"]?.startsWith("text/event-stream") === true;
    // No redirect is followed: it would lead to where nobody was asked.
    if (response.statusCode !== 200 || !isStream) {
      response.destroy();
      return;
    }
    retryMs = RETRY_MS;
    onFollowing(true);
    const parser = createEventParser();
    response.setEncoding("utf8");
    response.on("data", (text: string) => {
      const events = parser.push(text);
      if (events === undefined) response.destroy();
      else for (const each of events) take(each);
    });
    response.on("error", () => {});
  };
  const connect = (): void => {
    retry = undefined;
    const headers = { accept: "text/event-stream" };
    const { host, port } = at;
    current = request({ host, port, path: "/events", headers, agent: false, timeout: SILENCE_MS });
    const asked = current;
    asked.on("timeout", () => asked.destroy());
    asked.on("error", () => {});
    asked.on("close", again);
    asked.on("response", read);
    asked.end();
  };
  connect();

  return {
    at,
    stop() {
      isStopped = true;
      clearTimeout(retry);
      current?.destroy();
      onFollowing(false);
    },
  };
}

/** The notice that an event tells of; `undefined` if it cannot be read. */
function noticeOf(event: string, data: string): HeardNotice | undefined {
  let value: unknown;
  try {
    value = JSON.parse(data);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const { time, kind: _kind, ...fields } = value as Readonly<Record<string, unknown>>;
  const at = typeof time === "string" ? parseIsoTime(time) : undefined;
  return { kind: printable(event, 64), at: at ?? epochMs(Date.now()), data: fields };
}
