import { type Core, createTransportEvents, type Effect, type Event, performEffect } from "@mutirao/node-core";
import type { ConnId, Endpoint, InstantMs } from "@mutirao/primitives";
import { encodeMessage } from "@mutirao/protocol";
import type { TransportLimits } from "@mutirao/transport";
import { TIMERS } from "../event-loop.ts";
import type { WorldMs } from "../scheduler.ts";
import { createSimTransport, type SimTransport } from "../transport/sim-transport.ts";
import type { SimTransportPlace } from "../transport/transport-state.ts";

/** One call of a core: what happened, when, and what the core asked for. */
export interface Step {
  readonly event: Event;
  /** The host's own clock. */
  readonly now: InstantMs;
  readonly at: WorldMs;
  /** When the core had wanted to be woken; how late it is called is what tells a stall. */
  readonly dueAt: InstantMs | undefined;
  readonly effects: readonly Effect[];
}

/** The second host of the production cores: it keeps the same promises as node-runtime, in virtual time. */
export interface SimHost {
  readonly transport: SimTransport;
  /** Listens and lets the core begin; false if the address is taken. */
  start(at: Endpoint): boolean;
  /** Ends every connection in good order. The core is told nothing more. */
  stop(): void;
}

export interface SimHostOptions {
  readonly core: Core;
  readonly place: SimTransportPlace;
  readonly limits: TransportLimits;
  /** How late the next wake-up is to come, in milliseconds of the world. */
  readonly drawLatenessMs: () => number;
  /** Told of each call of the core, before its effects are performed. */
  readonly onStep: (step: Step) => void;
  /** Told of each connection that a stop ended: by then the core is not told any more. */
  readonly onEndedByStop: (conn: ConnId) => void;
}

interface State extends SimHostOptions {
  readonly transport: SimTransport;
  readonly waiting: Event[];
  isHandling: boolean;
  isStopped: boolean;
  /** The deadline for which a wake-up is on its way. */
  armedFor: InstantMs | undefined;
}

export function createSimHost(options: SimHostOptions): SimHost {
  const { place, limits } = options;
  const transport = createSimTransport(
    place,
    limits,
    createTransportEvents((event) => deliver(state, event)),
  );
  const state: State = { ...options, transport, waiting: [], isHandling: false, isStopped: false, armedFor: undefined };
  return {
    transport,
    start(at) {
      const listening = transport.listenNow(at);
      if (listening === undefined) return false;
      deliver(state, { type: "started", listening });
      return true;
    },
    stop() {
      state.isStopped = true;
      transport.stopNow();
    },
  };
}

/** Effects are performed completely before the next event, also when performing one causes another at once. */
function deliver(state: State, event: Event): void {
  if (state.isStopped) {
    if (event.type === "conn-closed") state.onEndedByStop(event.conn);
    return;
  }
  state.waiting.push(event);
  if (state.isHandling) return;
  state.isHandling = true;
  for (let next = state.waiting.shift(); next !== undefined; next = state.waiting.shift()) handle(state, next);
  state.isHandling = false;
  arm(state);
}

function handle(state: State, event: Event): void {
  const { core, place } = state;
  const at = place.scheduler.now;
  const now = place.clock.read(at);
  const dueAt = core.nextDeadline();
  const effects = core.handle(event, now);
  state.onStep({ event, now, at, dueAt, effects });
  // Notices are effects like any other, and whoever looks at the step sees them there.
  const tools = { transport: state.transport, encode: encodeMessage, onNotice: () => {} };
  for (const effect of effects) performEffect(effect, tools);
}

/** As on a real host, a wake-up that has become too early is left to come; then the next one is arranged. */
function arm(state: State): void {
  const { place } = state;
  const deadline = state.core.nextDeadline();
  if (deadline === undefined || (state.armedFor !== undefined && state.armedFor <= deadline)) return;
  state.armedFor = deadline;
  const wakesAt = Math.max(place.scheduler.now, place.clock.worldAt(deadline)) + state.drawLatenessMs();
  place.scheduler.after(wakesAt - place.scheduler.now, () => {
    if (state.armedFor !== deadline) return;
    place.loop.post(TIMERS, () => {
      if (state.armedFor !== deadline) return;
      state.armedFor = undefined;
      deliver(state, { type: "wake" });
    });
  });
}
