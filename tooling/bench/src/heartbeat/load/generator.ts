/** The process that loads a server: one load at a time, measured in windows while it runs. */
import { setTimeout as sleep } from "node:timers/promises";
import { serveCalls } from "../../children/serve-calls.ts";
import { createHistogram } from "../../histogram.ts";
import { type ExpectedAnswers, expectEcho, learnAnswers } from "./answers.ts";
import type { Load, Measured } from "./load.ts";
import { startOneShots } from "./one-shot.ts";
import { createRequestRing, type RequestRing } from "./requests.ts";
import type { RunningLoad } from "./running-load.ts";
import { startStreams } from "./streams.ts";

const latencies = createHistogram();
let beats = 0;
let failures = 0;
let running: RunningLoad | undefined;

const tally = {
  answered(askedAtMs: number, answeredAtMs: number, count: number): void {
    beats += count;
    latencies.record(answeredAtMs - askedAtMs, count);
  },
  failed(): void {
    failures += 1;
  },
};

async function begin(load: Load): Promise<void> {
  const ring = createRequestRing(load.lines);
  const learned = await learnAnswers(load, ring);
  if (load.style === "one-shot") {
    running = await startOneShots(load, ring, learned, tally);
    return;
  }
  const expect = (own: RequestRing): ExpectedAnswers => (load.answers === "echo" ? expectEcho(own) : learned);
  running = await startStreams(load, () => createRequestRing(load.lines), expect, tally);
}

async function measure(windowMs: number): Promise<Measured> {
  latencies.clear();
  beats = 0;
  failures = 0;
  const startedAtMs = performance.now();
  await sleep(windowMs);
  return { beats, failures, elapsedMs: performance.now() - startedAtMs, latencies: latencies.counts };
}

async function end(): Promise<void> {
  await running?.end();
  running = undefined;
}

serveCalls({ begin, measure, end });
