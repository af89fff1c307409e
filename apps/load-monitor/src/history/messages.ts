import type { Exchange, MasterHistory, MonitoredMaster, MonitoredNotice } from "@mutirao/operator-api/monitor";
import type { MonitorErrorCode } from "../monitor-errors.ts";

/** How a master was at one moment: a figure for each of `historyColumns`. */
export interface Sample {
  readonly master: string;
  /** Epoch seconds. */
  readonly at: number;
  readonly state: MonitoredMaster["state"];
  readonly figures: readonly (number | null)[];
}

/** What is kept together, or not at all. */
export interface Batch {
  readonly samples: readonly Sample[];
  /** Masters as they last were, for the next start. */
  readonly masters: readonly MonitoredMaster[];
  readonly notices: readonly MonitoredNotice[];
  readonly exchanges: readonly Exchange[];
}

export interface SeriesQuery {
  readonly master: string;
  /** Epoch seconds. */
  readonly from: number;
  readonly to: number;
  readonly points: number;
}

export interface NoticeQuery {
  readonly master?: string | undefined;
  readonly kind?: string | undefined;
  readonly text?: string | undefined;
  readonly limit: number;
}

/** What the thread is asked, and what it answers. */
export type Job =
  | { readonly kind: "keep"; readonly batch: Batch; readonly nowS: number }
  | { readonly kind: "past"; readonly nowS: number; readonly recentMax: number }
  | { readonly kind: "series"; readonly query: SeriesQuery }
  | { readonly kind: "notices"; readonly query: NoticeQuery }
  | { readonly kind: "close" };

export interface Results {
  readonly open: undefined;
  readonly keep: undefined;
  readonly past: Pick<Batch, "masters" | "notices" | "exchanges">;
  readonly series: MasterHistory;
  readonly notices: readonly MonitoredNotice[];
  readonly close: undefined;
}

export interface Failure {
  readonly code: MonitorErrorCode;
  readonly message: string;
}

export interface Asked {
  readonly id: number;
  readonly job: Job;
}

export type Reply =
  | { readonly id: number; readonly result: Results[keyof Results] }
  | { readonly id: number; readonly failure: Failure };

export interface ThreadOptions {
  readonly directory: string;
  readonly fileMaxBytes: number;
}

/** The number of the answer that says that the thread has opened its file. */
export const OPENING = 0;
