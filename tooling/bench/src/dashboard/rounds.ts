import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { chromium } from "playwright-core";
import { type ClusterSize, startCluster } from "../monitor/cluster.ts";
import { startMonitor } from "../monitor/monitor-process.ts";

/** How the page was to look at. Times are in milliseconds, from the moment on which it was asked for. */
export interface PageUsage {
  readonly firstPaintMs: number;
  /** Until the masters were there to be painted. */
  readonly firstMastersMs: number;
  /** The longest task while the page began. */
  readonly startLongestMs: number;
  /** The longest task from then on; 0 if there was none of 50 ms. */
  readonly longestMs: number;
  /** Tasks of 50 ms and more from then on. */
  readonly longTasks: number;
  readonly heapMb: number;
}

/** A browser of this machine; `undefined`: there is none. */
export const browserPath = [process.env["CHROMIUM"], "/usr/bin/chromium", "/usr/bin/chromium-browser"].find(
  (path) => path !== undefined && existsSync(path),
);

const flags = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"];

/** The page begins until then; what comes later is an update. */
const BEGINNING_MS = 3_000;

/** Notes, inside the page, when masters were there, and every long task. */
const witness = `
  window.seen = { mastersMs: undefined, tasks: [] };
  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) window.seen.tasks.push({ startTime, duration });
  }).observe({ type: "longtask", buffered: true });
  new MutationObserver((_, observer) => {
    if (document.querySelector("#masters tbody tr") === null) return;
    observer.disconnect();
    requestAnimationFrame(() => setTimeout(() => { window.seen.mastersMs = performance.now(); }));
  }).observe(document, { childList: true, subtree: true });
`;

interface Seen {
  readonly mastersMs: number;
  readonly paintMs: number;
  readonly tasks: readonly { readonly startTime: number; readonly duration: number }[];
  readonly heapBytes: number;
}

const LOOK = `({
  ...window.seen,
  paintMs: performance.getEntriesByName("first-contentful-paint")[0].startTime,
  heapBytes: performance.memory.usedJSHeapSize,
})`;

/** Lets a cluster report to a monitor, opens its page in a browser, and looks on for a while. */
export async function measurePage(executablePath: string, size: ClusterSize, overMs: number): Promise<PageUsage> {
  await using monitor = await startMonitor();
  using _cluster = startCluster(monitor.port, size);
  // Everybody has reported.
  await sleep(1.2 * size.intervalMs);
  const folder = mkdtempSync(join(tmpdir(), "mutirao-browser-"));
  const viewport = { width: 1_440, height: 900 };
  const context = await chromium.launchPersistentContext(folder, { executablePath, args: flags, viewport });
  try {
    const page = await context.newPage();
    await page.addInitScript(witness);
    await page.goto(`http://127.0.0.1:${monitor.http}/`);
    await sleep(BEGINNING_MS + overMs);
    const { mastersMs, paintMs, tasks, heapBytes } = await page.evaluate<Seen>(LOOK);
    const [start, later] = [true, false].map((isStart) =>
      tasks.filter(({ startTime }) => startTime < BEGINNING_MS === isStart).map(({ duration }) => duration),
    );
    return {
      firstPaintMs: paintMs,
      firstMastersMs: mastersMs,
      startLongestMs: Math.max(0, ...(start ?? [])),
      longestMs: Math.max(0, ...(later ?? [])),
      longTasks: later?.length ?? 0,
      heapMb: heapBytes / 1_048_576,
    };
  } finally {
    await context.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
