import type { TaskContext } from "@mutirao/protocol";
import type { RunProgress } from "../pool/lines.ts";

/** Time between two words of progress of one run; of what is said in between, the last is passed on. */
const PROGRESS_MS_MIN = 100;
const NOTE_MAX = 128;

/**
 * What a handler is given, and its process's hold on it.
 *
 * A class, where closures are the habit: there is one for every run, and V8 makes a hidden class of its own for every
 * object literal with a getter.
 */
export class RunContext implements TaskContext {
  readonly taskType: string;
  readonly #serial: number;
  readonly #tell: (serial: number, progress: RunProgress) => void;
  #controller: AbortController | undefined;
  #isAborted = false;
  #isClosed = false;
  #toldAt = Number.NEGATIVE_INFINITY;
  #latest: RunProgress | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(taskType: string, serial: number, tell: (serial: number, progress: RunProgress) => void) {
    this.taskType = taskType;
    this.#serial = serial;
    this.#tell = tell;
  }

  /** Made when it is asked for: most handlers never do, and it would cost more than a short task. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#isAborted) this.#controller.abort();
    return this.#controller.signal;
  }

  /** A function of its own, so that a handler may take it out of its context. */
  readonly progress = (fraction: number, note?: string): void => {
    if (this.#isClosed || Number.isNaN(fraction)) return;
    const words = note === undefined ? {} : { note: String(note).slice(0, NOTE_MAX) };
    this.#latest = { fraction: Math.min(1, Math.max(0, Number(fraction))), ...words };
    const waitMs = this.#toldAt + PROGRESS_MS_MIN - performance.now();
    if (waitMs <= 0) this.#tellLatest();
    else this.#timer ??= setTimeout(() => this.#tellLatest(), waitMs);
  };

  abort(): void {
    this.#isAborted = true;
    this.#controller?.abort();
  }

  /** The run has ended: whatever its handler still says is not passed on. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  #tellLatest(): void {
    this.#timer = undefined;
    if (this.#latest === undefined) return;
    this.#toldAt = performance.now();
    this.#tell(this.#serial, this.#latest);
    this.#latest = undefined;
  }
}
