import type { Prng } from "@mutirao/primitives";

/** Where things come from that a process handles: one number per socket, from 1 on, and the ones below. */
export type Source = number;

/** The wake-ups of its core. */
export const TIMERS: Source = 0;
/** The timers of its transport are a source apart: which go off first after a stall is not promised. */
export const TRANSPORT_TIMERS: Source = -1;
/** The answers of the name service. */
export const LOOK_UPS: Source = -2;
/** The answers of the store. */
export const STORE: Source = -3;
/** What operators and submitters ask of a master. */
export const REQUESTS: Source = -4;
/** The news of handlers, and signals. */
export const HANDLERS: Source = -5;

/**
 * The event loop of one process, as far as others can tell: what happens to the process is handled at once, unless the
 * process is stopped (SIGSTOP, a suspended machine) or busy (a long computation). Then it waits, and is handled when
 * the process runs again: the happenings of one source in their order, the sources in an order drawn anew, since no
 * system promises one.
 */
export interface EventLoop {
  readonly isRunning: boolean;
  readonly isDead: boolean;
  /** Something happened. It is handled now, later, or never if the process dies first. */
  post(source: Source, run: () => void): void;
  /** Stops for a while. Stops add up: it runs again once each has ended. */
  stop(): void;
  /** Ends one stop. */
  resume(): void;
  /** The process is no more. */
  kill(): void;
}

interface State {
  readonly prng: Prng;
  readonly waiting: Map<Source, (() => void)[]>;
  stops: number;
  isDraining: boolean;
  isDead: boolean;
}

export function createEventLoop(prng: Prng): EventLoop {
  const state: State = { prng, waiting: new Map(), stops: 0, isDraining: false, isDead: false };
  return {
    get isRunning() {
      return state.stops === 0 && !state.isDead;
    },
    get isDead() {
      return state.isDead;
    },
    post(source, run) {
      if (state.isDead) return;
      if (state.stops === 0 && !state.isDraining) run();
      else wait(state, source, run);
    },
    stop() {
      state.stops++;
    },
    resume() {
      state.stops--;
      drain(state);
    },
    kill() {
      state.isDead = true;
      state.waiting.clear();
    },
  };
}

function wait({ waiting }: State, source: Source, run: () => void): void {
  const queue = waiting.get(source);
  if (queue === undefined) waiting.set(source, [run]);
  else queue.push(run);
}

function drain(state: State): void {
  const { waiting, prng } = state;
  if (state.isDraining) return;
  state.isDraining = true;
  while (state.stops === 0 && waiting.size > 0) {
    const sources = [...waiting.keys()];
    const source = sources[prng.integer(0, sources.length - 1)] ?? TIMERS;
    const queue = waiting.get(source) ?? [];
    const run = queue.shift();
    if (queue.length === 0) waiting.delete(source);
    run?.();
  }
  state.isDraining = false;
}
