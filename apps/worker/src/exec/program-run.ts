import type { ChildProcess } from "node:child_process";
import type { DurationMs, JsonText } from "@mutirao/primitives";
import { type AttemptOutcome, checkPayload, PAYLOAD_MAX_BYTES, printable } from "@mutirao/protocol";
import type { Logger } from "pino";
import { followOutput } from "../output-log.ts";
import { crashed, done, failed } from "../run-errors.ts";
import { type ProcessExit, signalGroup, spawnChild, tellWhenEnded } from "../spawn-child.ts";

/** One process that does one task. */
export interface ProgramRun {
  readonly timeoutMs: DurationMs;
  /** It has ended by itself, and only what it printed is still to be read. */
  readonly hasExited: boolean;
  /** Signals it, with all that it has started. */
  signal(name: "SIGTERM" | "SIGKILL"): void;
  /** Resolves when it has ended. */
  readonly gone: Promise<void>;
}

export interface ProgramRunOptions {
  readonly argv: readonly [string, ...string[]];
  readonly cwd: string;
  readonly taskType: string;
  readonly payload: JsonText;
  readonly timeoutMs: DurationMs;
  readonly logger: Logger;
}

/** Once it has ended, what it printed is read within this time, also if something that it started holds its stdout. */
const LAST_WORDS_MS = 200;

/**
 * @param onEnded called once, in a later turn, when it has ended, and with it everything that it had started.
 */
export function startProgram(options: ProgramRunOptions, onEnded: (outcome: AttemptOutcome) => void): ProgramRun {
  const { argv, cwd, payload, timeoutMs } = options;
  const gone = Promise.withResolvers<void>();
  const end = (outcome: AttemptOutcome): void => {
    onEnded(outcome);
    gone.resolve();
  };
  const child = spawnChild(argv, { cwd, stdio: "pipe" });
  if ("error" in child) {
    queueMicrotask(() => end(notStarted(child.error)));
    return { timeoutMs, hasExited: true, signal: () => {}, gone: gone.promise };
  }
  const output = collectOutput(child);
  const lastErrorLine = followErrors(child, options);
  // A program may end without having read its input, or may never read it.
  child.stdin?.on("error", () => {});
  child.stdin?.end(`${payload}\n`);
  tellWhenEnded(child, LAST_WORDS_MS, (exit) => end(judge(exit, output, lastErrorLine())));
  return {
    timeoutMs,
    get hasExited() {
      return child.exitCode !== null || child.signalCode !== null;
    },
    signal: (name) => signalGroup(child, name),
    gone: gone.promise,
  };
}

const notStarted = (error: string): AttemptOutcome => crashed(`it could not be started: ${error}`);

interface Output {
  text: string;
  isTooMuch: boolean;
}

/** A result as large as it may be, with its line end, and some blanks. */
const OUTPUT_MAX_CHARACTERS = PAYLOAD_MAX_BYTES + 1_024;

function collectOutput(child: ChildProcess): Output {
  const output: Output = { text: "", isTooMuch: false };
  child.stdout?.setEncoding("utf8");
  child.stdout?.on("error", () => {});
  child.stdout?.on("data", (text: string) => {
    if (output.isTooMuch) return;
    output.text += text;
    if (output.text.length <= OUTPUT_MAX_CHARACTERS) return;
    output.isTooMuch = true;
    output.text = "";
    signalGroup(child, "SIGKILL");
  });
  return output;
}

/** What it prints on stderr goes to the log; the last line of it is why it failed. */
function followErrors(child: ChildProcess, { taskType, logger }: ProgramRunOptions): () => string | undefined {
  const { stderr, pid } = child;
  if (stderr === null) return () => undefined;
  return followOutput(stderr, (text, leftOut) => {
    const more = leftOut > 0 ? { leftOut } : {};
    logger.info({ event: "handler-output", stream: "stderr", pid, taskType, ...more }, text);
  });
}

function judge(
  { code, signal, error }: ProcessExit,
  output: Output,
  lastErrorLine: string | undefined,
): AttemptOutcome {
  if (error !== undefined) return notStarted(error);
  if (output.isTooMuch) return badOutput(`printed more than ${PAYLOAD_MAX_BYTES} bytes`);
  const why = lastErrorLine === undefined ? "" : `: ${lastErrorLine}`;
  if (signal !== null) return crashed(`it was ended by ${signal}${why}`);
  if (code !== 0) return failed("ERR_TASK_FAILED", lastErrorLine ?? `it ended with exit code ${code}`);
  const lines = output.text.split("\n").filter((line) => line.trim() !== "");
  const [line] = lines;
  if (line === undefined) return badOutput("printed nothing on stdout: print the result as one line of JSON");
  if (lines.length > 1) return badOutput(`printed ${lines.length} lines on stdout: print one; others belong on stderr`);
  const checked = checkPayload(line);
  if ("payload" in checked) return done(checked.payload);
  return badOutput(`printed a result that ${checked.problem}: ${printable(line)}`);
}

const badOutput = (problem: string): AttemptOutcome => failed("ERR_TASK_OUTPUT_INVALID", `the program ${problem}`);
