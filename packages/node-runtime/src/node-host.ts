import { performance } from "node:perf_hooks";
import {
  type Core,
  createTransportEvents,
  type EffectTools,
  type Event,
  type Notice,
  performEffect,
} from "@mutirao/node-core";
import { type DurationMs, type Endpoint, type InstantMs, instantMs } from "@mutirao/primitives";
import { encodeMessage, type SendableMessage } from "@mutirao/protocol";
import type { Transport, TransportHandler } from "@mutirao/transport";
import { createEventTrail, describeCrash } from "./event-trail.ts";
import { createWaker } from "./waker.ts";

/** Drives a core on this machine: gives it the time and what the transport hears, and performs what it asks. */
export interface NodeHost<OwnEvent = never> {
  /**
   * Listens, and lets the core begin. Resolves to the endpoint really bound; rejects as `Transport.listen` does.
   *
   * @param alsoAt where it listens besides, for those who talk to it in another way.
   */
  start(at: Endpoint, ...alsoAt: readonly Endpoint[]): Promise<Endpoint>;
  /** Lets the core begin without listening anywhere. */
  startDeaf(): void;
  /** Tells the core of something that only its kind of node knows. */
  deliver(event: OwnEvent): void;
  /** Ends every connection and timer. The core is told nothing more. */
  stop(): Promise<void>;
}

export interface NodeHostOptions<OwnEvent, OwnEffect> {
  readonly core: Core<OwnEvent, OwnEffect>;
  readonly createTransport: (handler: TransportHandler) => Transport;
  readonly onNotice: (notice: Notice) => void;
  /** Deadlines closer together than this share one wake-up; it is also how late a wake-up may be because of that. */
  readonly wakeGranularityMs: DurationMs;
  /** Does what only this kind of node asks for. */
  readonly performOwn?: (effect: OwnEffect) => void;
  /** Unless given, mistakes are thrown at whoever happened to call. */
  readonly mistakes?: HostMistakes;
}

/** Told of mistakes of our own, which are exceptions. */
export interface HostMistakes {
  /** Before the core knew of it, so that it concerns one line alone, whose connection ends; or in who hears a notice. */
  minor(where: "line" | "notice", error: unknown): void;
  /** In the core, or in doing what it asked for. It is told nothing more, as its state may be half changed. */
  fatal(error: Error): void;
}

/**
 * Keeps the host's promises to the core: events come one at a time, also when performing an effect causes another at
 * once; effects are performed in order; the deadline is read again after each event. A mistake of our own (an
 * assertion) ends the node, with the last events in the error.
 */
export function createNodeHost<
  OwnEvent extends { readonly type: string } = never,
  OwnEffect extends { readonly type: string } = never,
>(options: NodeHostOptions<OwnEvent, OwnEffect>): NodeHost<OwnEvent> {
  const { core, createTransport, onNotice, wakeGranularityMs, performOwn, mistakes = NOBODY } = options;
  const waiting: (Event | OwnEvent)[] = [];
  const trail = createEventTrail();
  let isHandling = false;
  let isStopped = false;
  let handledAt: InstantMs | undefined;

  const handle = (event: Event | OwnEvent): void => {
    trail.note(event);
    handledAt = now();
    for (const effect of core.handle(event, handledAt)) performEffect(effect, tools, performOwn);
  };
  const askWhenToWake = (): void => {
    const deadline = core.nextDeadline();
    // A core that asks for the very moment of its last event has something to finish, not something to wait for: what
    // happens in one turn of the loop is brought to an end in the next.
    if (deadline !== undefined && deadline === handledAt) waker.wakeSoon();
    else waker.wakeAt(deadline);
  };
  const crash = (error: unknown): void => {
    isStopped = true;
    waker.stop();
    mistakes.fatal(describeCrash(error, trail.events()));
  };

  const deliver = (event: Event | OwnEvent): void => {
    if (isStopped) return;
    if (isHandling) {
      waiting.push(event);
      return;
    }
    isHandling = true;
    try {
      handle(event);
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) handle(next);
      askWhenToWake();
    } catch (error) {
      crash(error);
    } finally {
      isHandling = false;
    }
  };

  const waker = createWaker(now, wakeGranularityMs, () => deliver({ type: "wake" }));
  const heard = createTransportEvents(deliver);
  const transport = createTransport({
    ...heard,
    lineReceived(conn, line) {
      try {
        heard.lineReceived(conn, line);
      } catch (error) {
        // What the core throws does not come this way, so the line was not understood, and nothing has changed.
        if (isStopped) throw error;
        transport.close(conn);
        mistakes.minor("line", error);
      }
    },
  });
  const tell = (notice: Notice): void => {
    try {
      onNotice(notice);
    } catch (error) {
      mistakes.minor("notice", error);
    }
  };
  const tools: EffectTools = { transport, encode: createEncoder(), onNotice: tell };
  return {
    deliver,
    async start(at, ...alsoAt) {
      const listening = await transport.listen(at);
      for (const other of alsoAt) await transport.listen(other);
      deliver({ type: "started", listening });
      return listening;
    },
    startDeaf: () => deliver({ type: "started", listening: NOWHERE }),
    async stop() {
      isStopped = true;
      waker.stop();
      await transport.stop();
    },
  };
}

const raise = (error: unknown): never => {
  throw error;
};
const NOBODY: HostMistakes = { minor: (_, error) => raise(error), fatal: raise };

/** Where a node listens that does not. */
const NOWHERE: Endpoint = { host: "127.0.0.1", port: 0 };

const now = (): InstantMs => instantMs(performance.now());

/** Cores say the same thing to everybody (one reply per spelling), so the last line is kept. */
function createEncoder(): (message: SendableMessage) => string {
  let lastMessage: SendableMessage | undefined;
  let lastLine = "";
  return (message) => {
    if (message !== lastMessage) {
      lastLine = encodeMessage(message);
      lastMessage = message;
    }
    return lastLine;
  };
}
