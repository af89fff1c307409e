import type { InstantMs } from "@mutirao/primitives";
import type { Effect } from "./effects.ts";
import type { Event } from "./events.ts";

/**
 * A node as a function from events to effects. Implemented by each kind of node; driven by node-runtime over real
 * sockets and by the simulator over virtual ones.
 *
 * The host keeps four promises: `now` never runs backwards; effects are performed in order and completely before the
 * next event; `nextDeadline` is read again after every call (waking late is legal, early is harmless); every `dial`
 * ends in exactly one `conn-closed`. A kind of node may know events and ask for effects beyond those of every node: its
 * `OwnEvent` and `OwnEffect`.
 */
export interface Core<OwnEvent = never, OwnEffect = never> {
  handle(event: Event | OwnEvent, now: InstantMs): readonly (Effect | OwnEffect)[];
  /**
   * When the node wants to be woken next; `undefined` if only an event from outside can change anything. The moment of
   * the last event itself means "as soon as whatever else has arrived is handled".
   */
  nextDeadline(): InstantMs | undefined;
}
