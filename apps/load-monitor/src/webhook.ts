import { setTimeout as sleep } from "node:timers/promises";
import { sendHttp } from "@mutirao/command";
import type { Alarm, MonitorStatus } from "@mutirao/operator-api/monitor";

/** Hands alarms on to somebody else's program, one after the other. */
export interface Webhook {
  send(alarm: Alarm): void;
  readonly figures: NonNullable<MonitorStatus["webhook"]>;
  stop(): void;
}

export interface WebhookOptions {
  readonly url: string;
  readonly version: string;
  /** An alarm could not be delivered, however often it was tried. */
  readonly onFailed: (alarm: Alarm, why: string) => void;
  /** The first pause between two tries; each is twice the one before. */
  readonly retryMs?: number;
}

/** Alarms that wait for their delivery; of more, the oldest is given up. */
const WAITING_MAX = 100;
const TRIES_MAX = 5;
const ANSWER_MS = 5_000;
const RETRY_MS = 1_000;

export function createWebhook({ url, version, onFailed, retryMs = RETRY_MS }: WebhookOptions): Webhook {
  const waiting: Alarm[] = [];
  const figures = { waiting: 0, delivered: 0, failed: 0 };
  const stopping = new AbortController();
  let isBusy = false;

  const fail = (alarm: Alarm, why: string): void => {
    figures.failed++;
    onFailed(alarm, why);
  };
  const deliver = async (alarm: Alarm): Promise<void> => {
    const body = JSON.stringify({ event: alarm.clearedAt === null ? "raised" : "cleared", monitor: version, alarm });
    let why = "";
    for (let tried = 0; tried < TRIES_MAX && !stopping.signal.aborted; tried++) {
      if (tried > 0) await pause(retryMs * 2 ** (tried - 1), stopping.signal);
      why = await post(url, body);
      if (why === "") {
        figures.delivered++;
        return;
      }
    }
    fail(alarm, why);
  };
  const drain = async (): Promise<void> => {
    if (isBusy) return;
    isBusy = true;
    for (let alarm = waiting.shift(); alarm !== undefined && !stopping.signal.aborted; alarm = waiting.shift()) {
      await deliver(alarm);
      figures.waiting = waiting.length;
    }
    isBusy = false;
  };
  return {
    figures,
    send(alarm) {
      waiting.push(alarm);
      const [oldest] = waiting;
      if (waiting.length > WAITING_MAX && oldest !== undefined) {
        waiting.shift();
        fail(oldest, "too many alarms wait for their delivery");
      }
      figures.waiting = waiting.length;
      void drain();
    },
    stop: () => stopping.abort(),
  };
}

/** Why it was not taken; empty if it was. */
async function post(url: string, body: string): Promise<string> {
  try {
    const { status } = await sendHttp(url, { method: "POST", body, type: "application/json", forMs: ANSWER_MS });
    return status >= 200 && status < 300 ? "" : `it was answered ${status}`;
  } catch (error) {
    if (!(error instanceof Error)) return String(error);
    return "code" in error ? String(error.code) : error.message;
  }
}

/** Resolves early if it is not awaited any more. */
const pause = (ms: number, signal: AbortSignal): Promise<void> => sleep(ms, undefined, { signal }).catch(() => {});
