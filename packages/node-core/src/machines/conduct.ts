import {
  after,
  type ConnId,
  createBoundedMap,
  type DurationMs,
  type Endpoint,
  type InstantMs,
  isDialled,
  seconds,
} from "@mutirao/primitives";
import type { LineViolation } from "@mutirao/protocol";
import type { Effect } from "../effects.ts";

/** Watches the manners of those who talk to us: too many bad lines close a connection, or mute an address. */
export interface Conduct {
  /** A connection was accepted. It is closed at once if its address is muted. */
  onAccepted(conn: ConnId, remote: Endpoint, now: InstantMs): readonly Effect[];
  onLineRefused(conn: ConnId, remote: Endpoint, violation: LineViolation, now: InstantMs): readonly Effect[];
  onClosed(conn: ConnId): void;
}

export interface ConductOptions {
  readonly malformedPerConnectionMax: number;
  readonly malformedPerSourceMax: number;
  readonly muteMs: DurationMs;
}

interface Source {
  /** The minute in which the lines are counted, from the first of them on. */
  readonly windowEndsAt: InstantMs;
  readonly badLines: number;
  readonly mutedUntil?: InstantMs;
}

/** Addresses remembered for their bad lines. More than that at once, and the one heard longest ago is forgotten. */
const SOURCES_MAX = 1_024;
const WINDOW_MS = seconds(60);

export function createConduct(options: ConductOptions): Conduct {
  /** Bad lines per open connection; a connection without any is not here. */
  const badLines = new Map<ConnId, number>();
  const sources = createBoundedMap<string, Source>(SOURCES_MAX);

  const countForSource = (host: string, now: InstantMs): readonly Effect[] => {
    const known = sources.get(host);
    const isCurrent = known !== undefined && now < known.windowEndsAt;
    const count = (isCurrent ? known.badLines : 0) + 1;
    const windowEndsAt = isCurrent ? known.windowEndsAt : after(now, WINDOW_MS);
    if (count < options.malformedPerSourceMax) {
      // What it says on connections that are still open does not end its silence.
      sources.set(host, { ...known, windowEndsAt, badLines: count });
      return [];
    }
    sources.set(host, { windowEndsAt, badLines: 0, mutedUntil: after(now, options.muteMs) });
    return [{ type: "notify", notice: { kind: "source-muted", host, forMs: options.muteMs } }];
  };

  return {
    onAccepted(conn, remote, now) {
      const mutedUntil = sources.get(remote.host)?.mutedUntil;
      return mutedUntil !== undefined && now < mutedUntil ? [{ type: "close", conn }] : [];
    },
    onLineRefused(conn, remote, violation, now) {
      const count = (badLines.get(conn) ?? 0) + 1;
      badLines.set(conn, count);
      const effects: Effect[] = [];
      if (count === 1) effects.push({ type: "notify", notice: { kind: "line-refused", remote, violation } });
      if (violation.fatal || count >= options.malformedPerConnectionMax) effects.push({ type: "close", conn });
      // Only who came to us is turned away: a peer that answers badly must not cost its neighbours their place.
      if (!isDialled(conn)) effects.push(...countForSource(remote.host, now));
      return effects;
    },
    onClosed: (conn) => void badLines.delete(conn),
  };
}
