import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { performance } from "node:perf_hooks";
import { typingFolder } from "@mutirao/command";
import { apiLimits, type BatchAnswer } from "@mutirao/operator-api";
import { printable } from "@mutirao/protocol";
import { countText, durationText, numberText } from "./in-words.ts";
import { lineBlocks } from "./line-blocks.ts";
import type { MasterClient } from "./master-client.ts";
import { aside, out } from "./output.ts";
import { createProgressBar } from "./progress-bar.ts";
import type { Failure } from "./verb.ts";
import type { VerbErrorCode } from "./verb-errors.ts";

/** Bytes of a file that are sent together. */
const BLOCK_BYTES = 256 * 1_024;
/** Refused lines that are told; the rest is counted. */
const TOLD_MAX = 10;

interface Tally {
  lines: number;
  bytes: number;
  accepted: number;
  known: number;
  refused: number;
}

/** Hands in the tasks of a file, or of stdin (`-`), line by line. */
export async function submitFile(client: MasterClient, path: string, json: boolean): Promise<Failure | undefined> {
  const source = await openSource(path);
  if ("failure" in source) return source.failure;
  const tally: Tally = { lines: 0, bytes: 0, accepted: 0, known: 0, refused: 0 };
  const startedAt = performance.now();
  const bar = createProgressBar(process.stderr, source.totalBytes, () => performance.now());
  try {
    for await (const { bytes, lines } of lineBlocks(source.chunks, apiLimits.batchLineMaxBytes)) {
      const reply = await client.submitBatch(bytes);
      if ("failure" in reply) {
        bar.clear();
        return cutOff(reply.failure, tally);
      }
      if (json || reply.value.some(({ problem }) => problem !== undefined)) bar.clear();
      for (const answer of reply.value) note({ ...answer, line: answer.line + tally.lines }, tally, json);
      tally.lines += lines;
      tally.bytes += bytes.length;
      bar.update(tally.bytes, tally.accepted + tally.known);
    }
  } catch (error) {
    bar.clear();
    return unreadable(path, error);
  }
  bar.clear();
  return summarise(tally, performance.now() - startedAt, json);
}

interface Source {
  readonly chunks: AsyncIterable<Uint8Array>;
  readonly totalBytes: number | undefined;
}

async function openSource(path: string): Promise<Source | { readonly failure: Failure }> {
  if (path === "-") return { chunks: process.stdin, totalBytes: undefined };
  const file = resolve(typingFolder(), path);
  try {
    const status = await stat(file);
    if (status.isDirectory()) return { failure: unreadable(path, new Error("it is a folder")) };
    const totalBytes = status.isFile() ? status.size : undefined;
    return { chunks: createReadStream(file, { highWaterMark: BLOCK_BYTES }), totalBytes };
  } catch (error) {
    return { failure: unreadable(path, error) };
  }
}

function unreadable(path: string, error: unknown): Failure {
  const why =
    error instanceof Error && "code" in error ? String(error.code) : error instanceof Error ? error.message : "";
  const message = `${printable(path, 512)} cannot be read (${why}): name a file with one task per line, or - for stdin`;
  return { exitCode: 2, code: "ERR_FILE_UNREADABLE" satisfies VerbErrorCode, message };
}

function note(answer: BatchAnswer, tally: Tally, json: boolean): void {
  if (json) out(`${JSON.stringify(answer)}\n`);
  const { line, status, problem } = answer;
  if (problem === undefined) {
    if (status === 200) tally.known++;
    else tally.accepted++;
    return;
  }
  tally.refused++;
  if (tally.refused <= TOLD_MAX)
    aside(`line ${line}: ${printable(problem.detail, 512)} [${printable(problem.code)}]\n`);
}

/** The master could not be asked to the end: what was answered until then counts. */
function cutOff(failure: Failure, { lines }: Tally): Failure {
  const until =
    lines === 0 ? "no line was answered" : `the lines up to ${lines} were answered, those after it perhaps not`;
  return { ...failure, message: `${failure.message}; ${until}` };
}

function summarise({ accepted, known, refused }: Tally, tookMs: number, json: boolean): Failure | undefined {
  if (refused > TOLD_MAX) aside(`... and ${countText(refused - TOLD_MAX, "more line")}\n`);
  const parts = [`${countText(accepted, "task")} accepted`];
  if (known > 0) parts.push(`${numberText(known)} known before`);
  if (refused > 0) parts.push(`${numberText(refused)} refused`);
  const perS = numberText(Math.round((1_000 * (accepted + known + refused)) / Math.max(1, tookMs)));
  const summary = `${parts.join(", ")} in ${durationText(tookMs)} (${perS}/s)\n`;
  if (json) aside(summary);
  else out(summary);
  if (refused === 0) return undefined;
  const message = `${countText(refused, "line")} of ${numberText(accepted + known + refused)} were not accepted: mend them and send them again`;
  return { exitCode: 1, code: "ERR_LINES_REFUSED" satisfies VerbErrorCode, message };
}
