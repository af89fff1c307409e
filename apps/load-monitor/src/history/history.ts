import type { Past } from "@mutirao/monitor-model";
import {
  type Exchange,
  historyColumns,
  type MasterHistory,
  type MonitorDelta,
  type MonitoredMaster,
  type MonitoredNotice,
  type MonitorStatus,
  monitorLimits,
} from "@mutirao/operator-api/monitor";
import { MonitorError } from "../monitor-errors.ts";
import { type HistoryLink, startHistoryThread } from "./history-link.ts";
import type { NoticeQuery, Sample, SeriesQuery, ThreadOptions } from "./messages.ts";

/** The last 24 hours, on the disk. What cannot be kept is let go of, and said. */
export interface History {
  past(): Promise<Past>;
  onDelta(delta: MonitorDelta): void;
  series(query: SeriesQuery): Promise<MasterHistory>;
  notices(query: NoticeQuery): Promise<readonly MonitoredNotice[]>;
  readonly state: MonitorStatus["history"];
  /** Keeps what it has, and lets go of the file. */
  close(): Promise<void>;
}

export interface HistoryOptions extends ThreadOptions {
  /** It could not keep something, or can again (`undefined`). Told once for each turn. */
  readonly onTurn: (failure: MonitorError | undefined) => void;
}

const KEEP_EVERY_MS = 2_000;
/** Masters as they last were are written so often, and at the end. */
const VIEWS_EVERY_MS = 30_000;
/** Batches on their way to the disk; above it, what comes is let go of. */
const BATCHES_MAX = 4;
/** For one batch: two seconds of the largest cluster, several times over. */
const SAMPLES_MAX = 5_000;
const NOTICES_MAX = 2_000;
const EXCHANGES_MAX = 2_000;

/** Opens the history. Rejects with a `MonitorError` if it cannot be read. */
export async function openHistory({ directory, fileMaxBytes, onTurn }: HistoryOptions): Promise<History> {
  const link = await startHistoryThread({ directory, fileMaxBytes });
  const keeper = createKeeper(link, onTurn);
  return {
    past: () => link.perform<"past">({ kind: "past", nowS: nowS(), recentMax: monitorLimits.recentMax }),
    onDelta: keeper.onDelta,
    series: (query) => link.perform<"series">({ kind: "series", query }),
    notices: (query) => link.perform<"notices">({ kind: "notices", query }),
    get state() {
      return keeper.state;
    },
    async close() {
      await keeper.close();
      await link.perform<"close">({ kind: "close" }).catch(() => {});
      await link.end();
    },
  };
}

const nowS = (): number => Math.floor(Date.now() / 1_000);

function createKeeper(link: HistoryLink, onTurn: HistoryOptions["onTurn"]) {
  let samples: Sample[] = [];
  let notices: MonitoredNotice[] = [];
  let exchanges: Exchange[] = [];
  let masters = new Map<string, MonitoredMaster>();
  const reports = new Map<string, number>();
  let state: MonitorStatus["history"] = { state: "on", why: null };
  let viewsAt = performance.now();

  const turn = (failure: MonitorError | undefined): void => {
    const isTurn = (failure === undefined) !== (state.state === "on");
    state =
      failure === undefined
        ? { state: "on", why: null }
        : { state: "failed", why: `${failure.message} [${failure.code}]` };
    if (isTurn) onTurn(failure);
  };
  const keep = async (isLast: boolean): Promise<void> => {
    const hasViews = isLast || performance.now() - viewsAt >= VIEWS_EVERY_MS;
    const batch = { samples, notices, exchanges, masters: hasViews ? [...masters.values()] : [] };
    samples = [];
    notices = [];
    exchanges = [];
    if (hasViews) {
      masters = new Map();
      viewsAt = performance.now();
    }
    if (Object.values(batch).every(({ length }) => length === 0)) return;
    if (link.waiting >= BATCHES_MAX) return turn(new MonitorError("ERR_HISTORY_FAILED", "the disk is too slow"));
    try {
      await link.perform<"keep">({ kind: "keep", batch, nowS: nowS() });
      turn(undefined);
    } catch (error) {
      turn(error instanceof MonitorError ? error : new MonitorError("ERR_HISTORY_FAILED", String(error)));
    }
  };
  const timer = setInterval(() => void keep(false), KEEP_EVERY_MS);

  return {
    get state() {
      return state;
    },
    onDelta(delta: MonitorDelta): void {
      for (const id of delta.gone.masters) reports.delete(id);
      for (const master of delta.masters) {
        masters.set(master.id, master);
        // A change without a report, such as growing stale, is no figure.
        const isReport = reports.get(master.id) !== master.reports;
        reports.set(master.id, master.reports);
        if (isReport && master.reports > 0 && samples.length < SAMPLES_MAX) samples.push(sampleOf(master));
      }
      for (const notice of delta.notices) if (notices.length < NOTICES_MAX) notices.push(notice);
      for (const exchange of delta.exchanges) if (exchanges.length < EXCHANGES_MAX) exchanges.push(exchange);
    },
    async close(): Promise<void> {
      clearInterval(timer);
      await keep(true);
    },
  };
}

function sampleOf(master: MonitoredMaster): Sample {
  const { owned, lent, borrowed, idle } = master.workers;
  const all = { ...master, workersOwned: owned, workersLent: lent, workersBorrowed: borrowed, workersIdle: idle };
  return {
    ...{ master: master.id, at: Math.floor(Date.parse(master.heardAt) / 1_000), state: master.state },
    figures: historyColumns.map((name) => all[name]),
  };
}
