import { type WorldMs, worldMs } from "./scheduler.ts";

/**
 * Remembers what faults have disturbed, and since when it is calm again. The checkers excuse nothing that happens in
 * calm weather; this is the only thing that they are told about the faults.
 *
 * Disturbed can be: the way between two machines (`link`), a process as seen by others (`target`), a process as it
 * sees others (`observer`), its sense of time (`sense`: a stalled node must know that it was, so this is no excuse for
 * an accusation), and a name (`name`).
 */
export interface Calm {
  /** Something is disturbed from now until the function that this gives is called (once). */
  disturb(what: Disturbed, by: string): () => void;
  /** Something was disturbed for a moment. */
  jolt(what: Disturbed, by: string): void;
  /** Since when nothing disturbs it; `undefined` while something does. */
  since(what: Disturbed): WorldMs | undefined;
  /** It is as it should be again. Gives the fault from which it has recovered, once. */
  recovered(what: Disturbed): string | undefined;
}

/** A key made by one of the functions below. */
export type Disturbed = string;

/** Links are disturbed both ways at once: a connection needs both. */
export const link = (a: number, b: number): Disturbed => `link ${Math.min(a, b)} ${Math.max(a, b)}`;
export const target = (party: number): Disturbed => `target ${party}`;
export const observer = (party: number): Disturbed => `observer ${party}`;
export const sense = (party: number): Disturbed => `sense ${party}`;
export const name = (text: string): Disturbed => `name ${text}`;

interface Weather {
  storms: number;
  since: WorldMs;
  /** The fault from which it has not yet been seen to recover. */
  unrecovered: string | undefined;
}

const ALWAYS = worldMs(0);

export function createCalm(now: () => WorldMs): Calm {
  const weathers = new Map<Disturbed, Weather>();
  const weatherOf = (what: Disturbed): Weather => {
    const known = weathers.get(what) ?? { storms: 0, since: ALWAYS, unrecovered: undefined };
    weathers.set(what, known);
    return known;
  };
  const disturb = (what: Disturbed, by: string): (() => void) => {
    const weather = weatherOf(what);
    weather.storms++;
    weather.unrecovered = by;
    return () => {
      weather.storms--;
      weather.since = now();
    };
  };
  return {
    disturb,
    jolt: (what, by) => disturb(what, by)(),
    since(what) {
      const weather = weathers.get(what);
      if (weather === undefined) return ALWAYS;
      return weather.storms > 0 ? undefined : weather.since;
    },
    recovered(what) {
      const weather = weathers.get(what);
      if (weather === undefined || weather.storms > 0) return undefined;
      const fault = weather.unrecovered;
      weather.unrecovered = undefined;
      return fault;
    },
  };
}
