import { createPrng, type Endpoint } from "@mutirao/primitives";
import type { RawListener, RawPeer, TransportHarness } from "@mutirao/transport/conformance";
import { createEventLoop } from "../src/event-loop.ts";
import { createHostClock } from "../src/host-clock.ts";
import type { SocketHandler } from "../src/network/half.ts";
import { createNameService } from "../src/network/name-service.ts";
import { createSimNetwork, type SimSocket } from "../src/network/sim-network.ts";
import type { StreamStyle } from "../src/network/stream-style.ts";
import { createScheduler, worldMs } from "../src/scheduler.ts";
import { createSimTransport, type SimTransport } from "../src/transport/sim-transport.ts";

const GIVES_UP_AFTER_MS = 600_000;
const QUIET_MS = 500;

/** The suite's surroundings in virtual time: a machine for the transports, one for the foreign peers. */
export function createSimHarness(seed: string, style: StreamStyle): TransportHarness {
  const prng = createPrng(seed);
  const scheduler = createScheduler();
  const options = { style, latencyMs: 0.5, jitterMs: 1, giveUpMs: 900_000, saw: () => {} };
  const network = createSimNetwork(scheduler, prng.fork("network"), options);
  const [ours, theirs] = [network.addMachine(["10.0.0.1"]), network.addMachine(["10.0.0.2", "10.0.0.3"])];
  const theirLoop = createEventLoop(prng.fork("their-loop"));
  const clock = createHostClock(12_345, 1);
  const names = createNameService(scheduler, 1);
  const transports: SimTransport[] = [];
  const raws: SimSocket[] = [];

  /** Gives what waits for a promise its turn, then lets the next thing happen. */
  const advance = async (until: number): Promise<boolean> => {
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
    return scheduler.step(worldMs(until));
  };
  const until = async (what: string, condition: () => boolean): Promise<void> => {
    const end = scheduler.now + GIVES_UP_AFTER_MS;
    while (!condition()) {
      if (!(await advance(end)) && !condition()) throw new Error(`in vain was waited for: ${what}`);
    }
  };

  return {
    listenAt: { host: "10.0.0.1", port: 0 },
    otherSource: "10.0.0.3",
    pathMaxBytes: style.windowBytes,
    createTransport(limits, handler) {
      const loop = createEventLoop(prng.fork(`loop-${transports.length}`));
      const place = { scheduler, network, names, machine: ours, loop, clock, localHost: undefined };
      const faults = {
        prng: prng.fork(`transport-${transports.length}`),
        lateNewsRate: 0.3,
        hasDescriptors: () => true,
      };
      const transport = createSimTransport({ ...place, ...faults }, limits, handler);
      transports.push(transport);
      return transport;
    },
    async rawDial(to: Endpoint, from = "10.0.0.2") {
      const raw = createRawPeer();
      raw.socket = network.connect(theirs, theirLoop, from, to, raw.handler);
      raws.push(raw.socket);
      await until("a foreign peer connects", () => raw.isOpen());
      return raw.peer;
    },
    async rawListen() {
      const accepted: RawPeer[] = [];
      const listening = network.listen(theirs, theirLoop, { host: "10.0.0.2", port: 0 }, (socket) => {
        const raw = createRawPeer();
        raw.socket = socket;
        raws.push(socket);
        accepted.push(raw.peer);
        return raw.handler;
      });
      if (listening === undefined) throw new Error("a free port is free");
      const listener: RawListener = { endpoint: listening.endpoint, accepted: () => accepted };
      return listener;
    },
    unusedEndpoint: async () => ({ host: "10.0.0.2", port: 1 }),
    until,
    async quiet() {
      const end = scheduler.now + QUIET_MS;
      while (await advance(end));
    },
    async stop() {
      for (const raw of raws) raw.abort();
      for (const transport of transports) transport.stopNow();
    },
  };
}

interface Raw {
  readonly peer: RawPeer;
  readonly handler: SocketHandler;
  socket: SimSocket | undefined;
  isOpen(): boolean;
}

function createRawPeer(): Raw {
  let received = "";
  let isOpen = false;
  let [hasEnded, weEnded, isBroken] = [false, false, false];
  const nowhere: Endpoint = { host: "0.0.0.0", port: 0 };
  const peer: RawPeer = {
    get local() {
      return raw.socket?.local ?? nowhere;
    },
    get remote() {
      return raw.socket?.remote ?? nowhere;
    },
    write: (bytes) => raw.socket?.write(bytes),
    end() {
      weEnded = true;
      raw.socket?.end();
    },
    reset() {
      isBroken = true;
      raw.socket?.abort();
    },
    pause: () => raw.socket?.pauseReading(),
    resume: () => raw.socket?.resumeReading(),
    received: () => received,
    get hasEnded() {
      return hasEnded;
    },
    get isClosed() {
      return isBroken || (hasEnded && weEnded);
    },
  };
  const handler: SocketHandler = {
    opened() {
      isOpen = true;
    },
    received(bytes) {
      received += String.fromCharCode(...bytes);
    },
    ended() {
      hasEnded = true;
    },
    broken() {
      isBroken = true;
    },
    drained() {},
  };
  const raw: Raw = { peer, handler, socket: undefined, isOpen: () => isOpen };
  return raw;
}
