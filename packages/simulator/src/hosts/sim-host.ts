import {
  type Core,
  createTransportEvents,
  type Effect,
  type EffectTools,
  type Event,
  type MasterEffect,
  type MasterEvent,
  performEffect,
  type WorkerEffect,
  type WorkerEvent,
} from "@mutirao/node-core";
import type { ConnId, Endpoint, InstantMs } from "@mutirao/primitives";
import { encodeMessage } from "@mutirao/protocol";
import type { TransportLimits } from "@mutirao/transport";
import { TIMERS } from "../event-loop.ts";
import type { WorldMs } from "../scheduler.ts";
import { createSimTransport, type SimTransport } from "../transport/sim-transport.ts";
import type { SimTransportPlace } from "../transport/transport-state.ts";

/** Whatever any kind of core can be told, and ask for. */
export type AnyEvent = MasterEvent | WorkerEvent;
export type AnyEffect = MasterEffect | WorkerEffect;

/** One call of a core: what happened, when, and what the core asked for. */
export interface Step<E extends AnyEvent = Event, F extends AnyEffect = Effect> {
  readonly event: E;
  /** The host's own clock. */
  readonly now: InstantMs;
  readonly at: WorldMs;
  /** When the core had wanted to be woken; how late it is called is what tells a stall. */
  readonly dueAt: InstantMs | undefined;
  readonly effects: readonly F[];
}

/** The second host of the production cores: it keeps the same promises as node-runtime, in virtual time. */
export interface SimHost<OwnEvent = never> {
  readonly transport: SimTransport;
  /** Listens and lets the core begin; false if an address is taken. */
  start(at: Endpoint, ...alsoAt: readonly Endpoint[]): boolean;
  /** Lets the core begin without listening anywhere. */
  startDeaf(): void;
  /** Tells the core of something that only its kind of node knows. */
  deliver(event: OwnEvent): void;
  /** Ends every connection in good order. The core is told nothing more. */
  stop(): void;
}

export interface SimHostOptions<OwnEvent, OwnEffect> {
  readonly core: Core<OwnEvent, OwnEffect>;
  readonly place: SimTransportPlace;
  readonly limits: TransportLimits;
  /** How late the next wake-up is to come, in milliseconds of the world. */
  readonly drawLatenessMs: () => number;
  /** Told of each call of the core, before its effects are performed. */
  readonly onStep: (step: {
    readonly event: Event | OwnEvent;
    readonly now: InstantMs;
    readonly at: WorldMs;
    readonly dueAt: InstantMs | undefined;
    readonly effects: readonly (Effect | OwnEffect)[];
  }) => void;
  /** Told of each connection that a stop ended: by then the core is not told any more. */
  readonly onEndedByStop: (conn: ConnId) => void;
  /** Does what only this kind of node asks for. */
  readonly performOwn?: (effect: OwnEffect) => void;
}

interface State<OwnEvent, OwnEffect> extends SimHostOptions<OwnEvent, OwnEffect> {
  readonly transport: SimTransport;
  readonly tools: EffectTools;
  readonly waiting: (Event | OwnEvent)[];
  isHandling: boolean;
  isStopped: boolean;
  /** The deadline for which a wake-up is on its way. */
  armedFor: InstantMs | undefined;
}

/** Where a node listens that does not. */
const NOWHERE: Endpoint = { host: "127.0.0.1", port: 0 };

export function createSimHost<
  OwnEvent extends { readonly type: string } = never,
  OwnEffect extends { readonly type: string } = never,
>(options: SimHostOptions<OwnEvent, OwnEffect>): SimHost<OwnEvent> {
  const { place, limits } = options;
  const transport = createSimTransport(
    place,
    limits,
    createTransportEvents((event) => deliver(state, event)),
  );
  const state: State<OwnEvent, OwnEffect> = {
    ...options,
    transport,
    // Notices are effects like any other, and whoever looks at the step sees them there.
    tools: { transport, encode: encodeMessage, onNotice: () => {} },
    waiting: [],
    isHandling: false,
    isStopped: false,
    armedFor: undefined,
  };
  return {
    transport,
    start(at, ...alsoAt) {
      const listening = transport.listenNow(at);
      if (listening === undefined) return false;
      for (const other of alsoAt) if (transport.listenNow(other) === undefined) return false;
      deliver(state, { type: "started", listening });
      return true;
    },
    startDeaf: () => deliver(state, { type: "started", listening: NOWHERE }),
    deliver: (event) => deliver(state, event),
    stop() {
      state.isStopped = true;
      transport.stopNow();
    },
  };
}

type Own = { readonly type: string };

/** Effects are performed completely before the next event, also when performing one causes another at once. */
function deliver<OwnEvent extends Own, OwnEffect extends Own>(
  state: State<OwnEvent, OwnEffect>,
  event: Event | OwnEvent,
): void {
  if (state.isStopped) {
    if (isClosed(event)) state.onEndedByStop(event.conn);
    return;
  }
  state.waiting.push(event);
  if (state.isHandling) return;
  state.isHandling = true;
  for (let next = state.waiting.shift(); next !== undefined; next = state.waiting.shift()) {
    // Performing what it asked for may have ended the process.
    if (!state.isStopped && !state.place.loop.isDead) handle(state, next);
  }
  state.isHandling = false;
  arm(state);
}

const isClosed = (event: Own): event is Event & { readonly type: "conn-closed" } => event.type === "conn-closed";

function handle<OwnEvent extends Own, OwnEffect extends Own>(
  state: State<OwnEvent, OwnEffect>,
  event: Event | OwnEvent,
): void {
  const { core, place, performOwn } = state;
  const at = place.scheduler.now;
  const now = place.clock.read(at);
  const dueAt = core.nextDeadline();
  const effects = core.handle(event, now);
  state.onStep({ event, now, at, dueAt, effects });
  for (const effect of effects) performEffect<OwnEffect>(effect, state.tools, performOwn);
}

/** As on a real host, a wake-up that has become too early is left to come; then the next one is arranged. */
function arm<OwnEvent extends Own, OwnEffect extends Own>(state: State<OwnEvent, OwnEffect>): void {
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
