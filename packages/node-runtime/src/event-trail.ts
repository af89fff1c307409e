import { printable } from "@mutirao/protocol";

const EVENTS_MAX = 32;

/** What any kind of node can be told. */
export interface AnyEvent {
  readonly type: string;
}

/** The last events of a node, for the day on which an assertion fails. */
export interface EventTrail {
  note(event: AnyEvent): void;
  /** Oldest first. */
  events(): readonly AnyEvent[];
}

export function createEventTrail(): EventTrail {
  const ring: AnyEvent[] = [];
  let next = 0;
  return {
    note(event) {
      ring[next] = event;
      next = (next + 1) % EVENTS_MAX;
    },
    events: () => [...ring.slice(next), ...ring.slice(0, next)],
  };
}

/** The error with which a node crashes on a mistake of our own. */
export function describeCrash(cause: unknown, events: readonly AnyEvent[]): Error {
  const lines = events.map((event) => printable(JSON.stringify(event), 400));
  const what = cause instanceof Error ? cause.message : String(cause);
  return new Error(`${what}\nThe last events, the one that failed at the end:\n  ${lines.join("\n  ")}`, { cause });
}
