import { type DurationMs, elapsed, type InstantMs } from "@mutirao/primitives";
import type { NameService } from "../network/name-service.ts";

/** A process's way to addresses: it asks for few names at once, and remembers what it was told. */
export interface Resolver {
  /**
   * Calls back with the address, or with `undefined` if there is none. At once if the name is remembered, even if it
   * is time to ask again; never, if the name service never answers.
   */
  lookUp(name: string, found: (address: string | undefined) => void): void;
}

interface Remembered {
  readonly address: string;
  readonly at: InstantMs;
}

export interface ResolverOptions {
  readonly names: NameService;
  readonly lookupsMax: number;
  readonly cacheMs: DurationMs;
  now(): InstantMs;
  /** Runs something in the process, when it runs; never if it is no more. */
  post(run: () => void): void;
}

interface State extends ResolverOptions {
  readonly remembered: Map<string, Remembered>;
  /** Who waits for each name that is being asked for, or is to be. */
  readonly waiting: Map<string, ((address: string | undefined) => void)[]>;
  readonly queue: string[];
  underWay: number;
}

export function createResolver(options: ResolverOptions): Resolver {
  const state: State = { ...options, remembered: new Map(), waiting: new Map(), queue: [], underWay: 0 };
  return {
    lookUp(name, found) {
      const known = state.remembered.get(name);
      if (known === undefined) return enqueue(state, name, found);
      if (elapsed(known.at, state.now()) >= state.cacheMs) enqueue(state, name, () => {});
      found(known.address);
    },
  };
}

function enqueue(state: State, name: string, found: (address: string | undefined) => void): void {
  const waiting = state.waiting.get(name);
  if (waiting !== undefined) {
    waiting.push(found);
    return;
  }
  state.waiting.set(name, [found]);
  state.queue.push(name);
  askNext(state);
}

function askNext(state: State): void {
  if (state.underWay >= state.lookupsMax) return;
  const name = state.queue.shift();
  if (name === undefined) return;
  state.underWay++;
  const answered = (address: string | undefined): void => {
    state.underWay--;
    if (address !== undefined) state.remembered.set(name, { address, at: state.now() });
    const waiting = state.waiting.get(name) ?? [];
    state.waiting.delete(name);
    for (const found of waiting) found(address);
    askNext(state);
  };
  state.names.ask(name, (address) => state.post(() => answered(address)));
}
