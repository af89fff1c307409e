import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { applyDelta } from "@mutirao/monitor-model";
import {
  type MonitorDelta,
  type MonitorSnapshot,
  type MonitorStatus,
  monitorDeltaSchema,
  monitorSnapshotSchema,
} from "@mutirao/operator-api/monitor";
import { printable } from "@mutirao/protocol";
import { z } from "zod";
import type { Feed } from "../feed.ts";
import { MonitorError } from "../monitor-errors.ts";

/** One line of a recording: an event of `/events`, and when it came. */
const entrySchema = z.discriminatedUnion("event", [
  z.object({ at: z.number(), event: z.literal("snapshot"), data: monitorSnapshotSchema }),
  z.object({ at: z.number(), event: z.literal("delta"), data: monitorDeltaSchema }),
]);

type Entry = z.infer<typeof entrySchema>;

export interface ReplayOptions {
  readonly file: string;
  readonly speed: number;
}

/** A snapshot with many masters is long; beyond this a file is something else. */
const LINE_MAX = 64 * 1_024 * 1_024;

/**
 * Plays a recording: NDJSON, one `{ at, event, data }` per line, `at` in epoch milliseconds, the first a snapshot. Rejects
 * with a `MonitorError` if it does not begin so.
 */
export async function openReplay({ file, speed }: ReplayOptions): Promise<Feed> {
  const entries = readEntries(file);
  const first = await entries.next();
  if (first.done === true || first.value.event !== "snapshot") {
    throw new MonitorError("ERR_RECORDING_UNREADABLE", `${file} does not begin with a snapshot`);
  }
  const listeners = new Set<(delta: MonitorDelta) => void>();
  const stopping = new AbortController();
  let replay: MonitorStatus["replay"] = { speed, isOver: false };
  let snapshot = played(first.value.data, replay);

  const tell = (delta: MonitorDelta): void => {
    snapshot = applyDelta(snapshot, delta);
    for (const listener of listeners) listener(delta);
  };
  const play = async (): Promise<void> => {
    const [beganAt, firstAt] = [performance.now(), first.value.at];
    for await (const entry of entries) {
      await until(beganAt + (entry.at - firstAt) / speed, stopping.signal);
      if (stopping.signal.aborted) return;
      tell(entry.event === "delta" ? played(entry.data, replay) : deltaTo(snapshot, played(entry.data, replay)));
    }
  };
  const end = (): void => {
    if (stopping.signal.aborted) return;
    replay = { speed, isOver: true };
    tell(nothingNew({ ...snapshot.status, replay }));
  };
  // A recording that breaks off, as by a full disk, is over there.
  play().then(end, end);

  return {
    snapshot: () => snapshot,
    status: () => snapshot.status,
    master: (id) => snapshot.masters.find((master) => master.id === id),
    onDelta: (listener) => void listeners.add(listener),
    stop: () => stopping.abort(),
  };
}

const played = <T extends MonitorSnapshot>(data: T, replay: MonitorStatus["replay"]): T => ({
  ...data,
  status: { ...data.status, replay, listening: null, history: { state: "off", why: null }, webhook: null },
});

const nothingNew = (status: MonitorStatus): MonitorDelta => ({
  ...{ status, masters: [], workers: [], loans: [], notices: [], exchanges: [], alarms: [], sources: [] },
  gone: { masters: [], workers: [], loans: [], alarms: [] },
});

/** Whoever recorded lost the stream and came back: from the one snapshot to the other. */
function deltaTo(before: MonitorSnapshot, after: MonitorSnapshot): MonitorDelta {
  const last = <T extends { readonly n: number }>(items: readonly T[]): number => items.at(-1)?.n ?? -1;
  const missing = <T>(from: readonly T[], to: readonly T[], keyOf: (item: T) => string): string[] => {
    const there = new Set(to.map(keyOf));
    return from.map(keyOf).filter((key) => !there.has(key));
  };
  return {
    ...after,
    notices: after.notices.filter(({ n }) => n > last(before.notices)),
    exchanges: after.exchanges.filter(({ n }) => n > last(before.exchanges)),
    gone: {
      masters: missing(before.masters, after.masters, ({ id }) => id),
      workers: missing(before.workers, after.workers, ({ key }) => key),
      loans: missing(before.loans, after.loans, ({ key }) => key),
      alarms: missing(before.alarms, after.alarms, ({ key }) => key),
    },
  };
}

async function* readEntries(file: string): AsyncGenerator<Entry, void> {
  let number = 0;
  try {
    for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY })) {
      number++;
      if (line !== "") yield entryOf(line);
    }
  } catch (error) {
    const why = printable(error instanceof Error ? error.message : String(error), 200);
    throw new MonitorError(
      "ERR_RECORDING_UNREADABLE",
      `${file} cannot be played${number === 0 ? "" : `, line ${number}`}: ${why}`,
    );
  }
}

function entryOf(line: string): Entry {
  if (line.length > LINE_MAX) throw new Error("the line is too long");
  const read = entrySchema.safeParse(JSON.parse(line));
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw new Error(`${issue?.path.join(".") ?? ""} ${issue?.message ?? "is not understood"}`);
}

/** The longest that one timer can wait for. */
const TIMER_MAX_MS = 2_147_483_647;

/** Resolves early if it is not awaited any more. */
const until = (at: number, signal: AbortSignal): Promise<void> =>
  sleep(Math.min(TIMER_MAX_MS, Math.max(0, at - performance.now())), undefined, { signal }).catch(() => {});
