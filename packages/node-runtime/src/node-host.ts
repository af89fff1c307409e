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
export interface NodeHost {
  /** Listens, and lets the core begin. Resolves to the endpoint really bound; rejects as `Transport.listen` does. */
  start(at: Endpoint): Promise<Endpoint>;
  /** Ends every connection and timer. The core is told nothing more. */
  stop(): Promise<void>;
}

export interface NodeHostOptions {
  readonly core: Core;
  readonly createTransport: (handler: TransportHandler) => Transport;
  readonly onNotice: (notice: Notice) => void;
  /** Deadlines closer together than this share one wake-up; it is also how late a wake-up may be because of that. */
  readonly wakeGranularityMs: DurationMs;
}

/**
 * Keeps the host's promises to the core: events come one at a time, also when performing an effect causes another at
 * once; effects are performed in order; the deadline is read again after each event. A mistake of our own (an
 * assertion) ends the process, with the last events in the error.
 */
export function createNodeHost({ core, createTransport, onNotice, wakeGranularityMs }: NodeHostOptions): NodeHost {
  const waiting: Event[] = [];
  const trail = createEventTrail();
  let isHandling = false;
  let isStopped = false;

  const handle = (event: Event): void => {
    trail.note(event);
    try {
      for (const effect of core.handle(event, now())) performEffect(effect, tools);
    } catch (error) {
      throw describeCrash(error, trail.events());
    }
  };

  const deliver = (event: Event): void => {
    if (isStopped) return;
    if (isHandling) {
      waiting.push(event);
      return;
    }
    isHandling = true;
    try {
      handle(event);
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) handle(next);
    } finally {
      isHandling = false;
    }
    waker.wakeAt(core.nextDeadline());
  };

  const waker = createWaker(now, wakeGranularityMs, () => deliver({ type: "wake" }));
  const transport = createTransport(createTransportEvents(deliver));
  const tools: EffectTools = { transport, encode: createEncoder(), onNotice };
  return {
    async start(at) {
      const listening = await transport.listen(at);
      deliver({ type: "started", listening });
      return listening;
    },
    async stop() {
      isStopped = true;
      waker.stop();
      await transport.stop();
    },
  };
}

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
