import { after, createBoundedMap, type InstantMs, instantMs } from "@mutirao/primitives";
import type { CloseReason, TransportLimits } from "@mutirao/transport";
import { errorCode } from "./dial-failure.ts";
import { alternateFamilies } from "./happy-eyeballs.ts";
import { createLookupQueue, type Lookup, type LookupOutcome } from "./lookup-queue.ts";

/** The addresses of a name, in the order in which to try them, or why there are none. */
export type Resolution = { readonly addresses: readonly string[] } | { readonly failure: CloseReason };

/**
 * Names and their addresses. A name that resolved before is never waited for again: its last good addresses serve at
 * once, and are refreshed in the background when they are old.
 */
export interface NameLookups {
  /** Calls back exactly once, within `lookupMs`; at once, before this returns, if the name has been resolved before. */
  resolve(name: string, done: (resolution: Resolution) => void): void;
  /** Calls nobody back any more, and leaves no timer. */
  stop(): void;
}

export interface NameLookupsOptions {
  readonly limits: Pick<TransportLimits, "lookupsMax" | "lookupMs" | "lookupCacheMs">;
  readonly lookup: Lookup;
  readonly clock: () => InstantMs;
}

/**
 * What is known of one name.
 *
 *     idle --resolve: no addresses, or old ones--> queued --a place is free--> asking --answer, error--> idle
 */
interface Name {
  readonly text: string;
  state: "idle" | "queued" | "asking";
  /** The last good ones. */
  addresses: readonly string[] | undefined;
  freshUntil: InstantMs;
  /** Its last look-up failed or hung. */
  isSuspect: boolean;
  /** Who waits for its first addresses, and until when. */
  readonly waiting: Set<(resolution: Resolution) => void>;
  waitTimer: NodeJS.Timeout | undefined;
}

const NAMES_MAX = 1_024;
/** More addresses of one name than anybody would wait for. */
const ADDRESSES_MAX = 8;

export function createNameLookups({ limits, lookup, clock }: NameLookupsOptions): NameLookups {
  const names = createBoundedMap<string, Name>(NAMES_MAX);
  const queue = createLookupQueue(lookup, limits.lookupsMax);
  /** The names that somebody waits for. One of them may have left the table meanwhile. */
  const awaited = new Set<Name>();

  const nameOf = (text: string): Name => {
    const name = names.get(text) ?? createName(text);
    // Also when it is known, so that the names in use are not those that leave a full table.
    names.set(text, name);
    return name;
  };

  const stopWaiting = (name: Name): void => {
    clearTimeout(name.waitTimer);
    name.waitTimer = undefined;
    name.waiting.clear();
    awaited.delete(name);
  };

  const answer = (name: Name, resolution: Resolution): void => {
    const waiting = [...name.waiting];
    stopWaiting(name);
    for (const done of waiting) done(resolution);
  };

  const ended = (name: Name, outcome: LookupOutcome): void => {
    name.state = "idle";
    name.isSuspect = outcome instanceof Error || outcome.length === 0;
    if (outcome instanceof Error || outcome.length === 0) {
      answer(name, unresolved(outcome instanceof Error ? errorCode(outcome) : "it has no addresses"));
      return;
    }
    name.addresses = alternateFamilies(outcome).slice(0, ADDRESSES_MAX);
    name.freshUntil = after(clock(), limits.lookupCacheMs);
    answer(name, { addresses: name.addresses });
  };

  const ask = (name: Name): void => {
    if (name.state !== "idle") return;
    name.state = "queued";
    const begun = (): void => {
      name.state = "asking";
    };
    queue.ask(name.text, name.isSuspect, begun, (outcome) => ended(name, outcome));
  };

  const giveUpWaiting = (name: Name): void => {
    // Its turn may not even have come, and then the name is not to blame.
    if (name.state === "asking") name.isSuspect = true;
    answer(name, unresolved("the look-up takes too long"));
  };

  return {
    resolve(text, done) {
      const name = nameOf(text);
      if (name.addresses === undefined) {
        name.waiting.add(done);
        awaited.add(name);
        name.waitTimer ??= setTimeout(giveUpWaiting, limits.lookupMs, name);
        ask(name);
        return;
      }
      if (clock() >= name.freshUntil) ask(name);
      done({ addresses: name.addresses });
    },
    stop() {
      queue.stop();
      for (const name of awaited) stopWaiting(name);
    },
  };
}

function createName(text: string): Name {
  return {
    text,
    state: "idle",
    addresses: undefined,
    freshUntil: instantMs(0),
    isSuspect: false,
    waiting: new Set(),
    waitTimer: undefined,
  };
}

const unresolved = (detail: string): Resolution => ({ failure: { code: "ERR_DIAL_UNRESOLVED", detail } });
