import { performance } from "node:perf_hooks";
import type { MonitorModel } from "@mutirao/monitor-model";
import type { MonitorDelta, MonitorSnapshot, MonitorStatus } from "@mutirao/operator-api/monitor";
import { epochMs, type InstantMs, instantMs } from "@mutirao/primitives";
import { formatIsoTime } from "@mutirao/protocol";
import type { Feed } from "./feed.ts";

/** What of the monitor's status the model does not know. */
export type ShellStatus = Pick<MonitorStatus, "version" | "startedAt" | "listening" | "history" | "webhook">;

export interface LiveFeedOptions {
  readonly model: MonitorModel;
  readonly status: () => ShellStatus;
}

/** Changes are told so often: a page that is told more often is not more up to date to anybody's eyes. */
const TELL_EVERY_MS = 250;
/** The status is told this often though nothing has changed, so that whoever listens knows that he still hears. */
const STATUS_EVERY_MS = 5_000;

export const now = (): InstantMs => instantMs(performance.now());

const nothing = {
  ...{ masters: [], workers: [], loans: [], notices: [], exchanges: [], alarms: [], sources: [] },
  gone: { masters: [], workers: [], loans: [], alarms: [] },
};

/** What happens now, as the model makes of it. */
export function createLiveFeed({ model, status }: LiveFeedOptions): Feed {
  const listeners = new Set<(delta: MonitorDelta) => void>();
  let toldAt = 0;

  const statusNow = (): MonitorStatus => {
    const { version, startedAt, ...shell } = status();
    return { version, startedAt, now: formatIsoTime(epochMs(Date.now())), ...model.status(), ...shell, replay: null };
  };
  const tell = (): void => {
    const at = now();
    model.setWallOffset(Date.now() - at);
    model.wake(at);
    const changes = model.take();
    if (changes === undefined && at - toldAt < STATUS_EVERY_MS) return;
    toldAt = at;
    const delta: MonitorDelta = { status: statusNow(), ...(changes ?? nothing) };
    for (const listener of listeners) listener(delta);
  };
  model.setWallOffset(Date.now() - now());
  const timer = setInterval(tell, TELL_EVERY_MS);

  return {
    snapshot: (): MonitorSnapshot => ({ status: statusNow(), ...model.parts() }),
    status: statusNow,
    master: (id) => model.master(id),
    onDelta: (listener) => void listeners.add(listener),
    stop() {
      clearInterval(timer);
      tell();
    },
  };
}
