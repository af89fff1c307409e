import type { Notice } from "@mutirao/node-core";
import { createJournalGate, type JournalEntry } from "@mutirao/node-core/journal";
import { epochMs } from "@mutirao/primitives";
import { entryLine, entryOfLine } from "./entry-line.ts";
import { openSegments, type Segments } from "./segments.ts";

/**
 * The decisions of a master, the last of them in memory, and in two files beside its tasks so that a restart does not
 * forget why. It is for people: nothing waits for it, and what a crash cuts off of it is not missed.
 */
export interface Journal {
  /** Keeps the notice if it is a decision. Never waits, never fails. */
  note(notice: Notice): void;
  /** Oldest first. */
  entries(): readonly JournalEntry[];
  /** Entries that could not be written, because the disk did not take them. */
  readonly lost: number;
  /** Writes what is not written yet. */
  close(): Promise<void>;
}

export interface JournalOptions {
  /** Where its files are; `undefined`: it is kept in memory only. */
  readonly directory: string | undefined;
  /** Entries that are kept in memory. */
  readonly entriesMax?: number;
  /** Above this the newer file becomes the older one, whose entries are forgotten. */
  readonly segmentMaxBytes?: number;
}

const ENTRIES_MAX = 20_000;
const SEGMENT_MAX_BYTES = 4 * 1_024 * 1_024;
/** So many are cut off at once, so that cutting costs little. */
const CUT_SHARE = 0.1;

/** A journal that cannot be read or written is kept in memory only: it is no reason not to begin. */
export async function openJournal(options: JournalOptions): Promise<Journal> {
  const { directory, entriesMax = ENTRIES_MAX, segmentMaxBytes = SEGMENT_MAX_BYTES } = options;
  const segments = directory === undefined ? undefined : await openSegments(directory, segmentMaxBytes);
  return createJournal(segments, entriesMax);
}

function createJournal(segments: Segments | undefined, entriesMax: number): Journal {
  const gate = createJournalGate();
  const entries: JournalEntry[] = (segments?.lines ?? [])
    .map(entryOfLine)
    .filter((entry) => entry !== undefined)
    .slice(-entriesMax);
  let last = entries.at(-1)?.n ?? 0;
  return {
    note(notice) {
      const at = epochMs(Date.now());
      if (!gate.takes(notice, at)) return;
      const entry: JournalEntry = { n: ++last, at, notice };
      entries.push(entry);
      if (entries.length > (1 + CUT_SHARE) * entriesMax) entries.splice(0, entries.length - entriesMax);
      segments?.append(entryLine(entry));
    },
    entries: () => entries,
    get lost() {
      return segments?.lost ?? 0;
    },
    close: async () => segments?.close(),
  };
}
