import type { InstantMs } from "@mutirao/primitives";
import type { Effect } from "./effects.ts";
import type { Event } from "./events.ts";

/**
 * A node as a function from events to effects. Implemented by each kind of node; driven by node-runtime over real
 * sockets and by the simulator over virtual ones.
 *
 * The host keeps four promises: `now` never runs backwards; effects are performed in order and completely before the
 * next event; `nextDeadline` is read again after every call (waking late is legal, early is harmless); every `dial`
 * ends in exactly one `conn-closed`.
 */
export interface Core {
  handle(event: Event, now: InstantMs): readonly Effect[];
  /** When the node wants to be woken next; `undefined` if only an event from outside can change anything. */
  nextDeadline(): InstantMs | undefined;
}
