import { createWriteStream, type WriteStream } from "node:fs";
import { finished } from "node:stream/promises";
import type { MonitorDelta, MonitoredNotice, MonitorSnapshot } from "@mutirao/operator-api/monitor";

/** Sees the town through the monitor's eyes, and may write down what it sees. */
export interface Lookout {
  /** Is called with each notice of a master from now on. Gives what ends that. */
  watch(onNotice: (notice: MonitoredNotice) => void): () => void;
  /** Resolves with the next notice for which this holds. */
  sees(isIt: (notice: MonitoredNotice) => boolean): Promise<MonitoredNotice>;
  /** Resolves once this holds of all that the monitor shows. */
  shows(isSo: (snapshot: MonitorSnapshot) => boolean): Promise<void>;
  /** Resolves once this holds; it is asked again whenever the monitor has something to tell. */
  until(isSo: () => Promise<boolean>): Promise<void>;
  /** Stops looking; what was written down is complete then. */
  close(): Promise<void>;
}

/** @param record the file that `load-monitor --replay` can play */
export async function openLookout(http: string, record: string | undefined): Promise<Lookout> {
  const watchers = new Set<(notice: MonitoredNotice) => void>();
  const lookers = new Set<() => void>();
  const file = record === undefined ? undefined : await openFile(record);
  const leaving = new AbortController();
  const answer = await fetch(`http://${http}/events`, { signal: leaving.signal });
  if (answer.body === null) throw new Error("the monitor tells of no events");
  const stream = answer.body.pipeThrough(new TextDecoderStream());
  const isOver = read(stream, (event, data) => {
    file?.write(`${JSON.stringify({ at: Date.now(), event, data })}\n`);
    if (event === "delta") for (const notice of data.notices) for (const watcher of watchers) watcher(notice);
    for (const looker of lookers) looker();
  }).catch(() => {});

  const watch = (onNotice: (notice: MonitoredNotice) => void): (() => void) => {
    watchers.add(onNotice);
    return () => void watchers.delete(onNotice);
  };
  const until = async (isSo: () => Promise<boolean>): Promise<void> => {
    for (;;) {
      // Before the question is asked, so that nothing that happens meanwhile is missed.
      const { promise, resolve } = Promise.withResolvers<void>();
      lookers.add(resolve);
      const isEnough = await isSo();
      if (!isEnough) await promise;
      lookers.delete(resolve);
      if (isEnough) return;
    }
  };
  return {
    watch,
    until,
    sees: (isIt) =>
      new Promise((resolve) => {
        const leave = watch((notice) => {
          if (!isIt(notice)) return;
          leave();
          resolve(notice);
        });
      }),
    shows: (isSo) =>
      until(async () => {
        const answer = await fetch(`http://${http}/api/snapshot`);
        return isSo((await answer.json()) as MonitorSnapshot);
      }),
    async close() {
      leaving.abort();
      await isOver;
      if (file === undefined) return;
      file.end();
      await finished(file);
    },
  };
}

async function openFile(path: string): Promise<WriteStream> {
  const file = createWriteStream(path);
  await new Promise<void>((resolve, reject) => {
    file.once("open", () => resolve());
    file.once("error", (error) => reject(new Error(`${path} cannot be written: ${error.message}`)));
  });
  return file;
}

async function read(
  stream: ReadableStream<string>,
  onEvent: (event: string, data: MonitorDelta & MonitorSnapshot) => void,
): Promise<void> {
  let rest = "";
  for await (const text of stream) {
    const blocks = `${rest}${text}`.split("\n\n");
    rest = blocks.pop() ?? "";
    for (const block of blocks) {
      const event = /^event: ?(.*)$/m.exec(block)?.[1];
      const data = /^data: ?(.*)$/m.exec(block)?.[1];
      if (event !== undefined && data !== undefined) onEvent(event, JSON.parse(data));
    }
  }
}
