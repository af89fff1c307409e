import { createPrng } from "@mutirao/primitives";
import { asciiBytes } from "../src/ascii.ts";
import { createEventLoop, type EventLoop } from "../src/event-loop.ts";
import type { SocketHandler } from "../src/network/half.ts";
import type { Machine } from "../src/network/machine.ts";
import { createSimNetwork, type SimNetwork, type SimSocket } from "../src/network/sim-network.ts";
import { createScheduler, type Scheduler, worldMs } from "../src/scheduler.ts";

/** What one end of a connection was told, as short texts. */
export interface End {
  readonly told: string[];
  readonly socket: SimSocket;
  write(text: string): void;
}

/** Two machines, a process on each; that of B listens at 10.0.0.2:80. */
export interface SmallTown {
  readonly scheduler: Scheduler;
  readonly network: SimNetwork;
  readonly a: Machine;
  readonly b: Machine;
  readonly loopA: EventLoop;
  readonly loopB: EventLoop;
  /** The ends that B has accepted. */
  readonly accepted: End[];
  /** What the network's faults were seen to do. */
  readonly sights: string[];
  dial(port?: number, host?: string): End;
  /** Lets so much time pass. */
  pass(ms: number): void;
}

/** Everything takes 10 ms, one way. */
export function createSmallTown(giveUpMs = 1e6): SmallTown {
  const scheduler = createScheduler();
  const prng = createPrng("town");
  const sights: string[] = [];
  const style = { cutRate: 0, byteByByteRate: 0, mergeRate: 0, windowBytes: 100 };
  const saw = (sight: string): void => void sights.push(sight);
  const network = createSimNetwork(scheduler, prng, { style, latencyMs: 10, jitterMs: 0, giveUpMs, saw });
  const [a, b] = [network.addMachine(["10.0.0.1"]), network.addMachine(["10.0.0.2", "10.1.0.2"])];
  const [loopA, loopB] = [createEventLoop(prng.fork("a")), createEventLoop(prng.fork("b"))];
  const accepted: End[] = [];
  network.listen(b, loopB, { host: "10.0.0.2", port: 80 }, (socket) => {
    const { end, handler } = createEnd(socket);
    accepted.push(end);
    return handler;
  });
  return {
    scheduler,
    network,
    a,
    b,
    loopA,
    loopB,
    accepted,
    sights,
    dial(port = 80, host = "10.0.0.2") {
      const views = createEnd();
      views.attach(network.connect(a, loopA, undefined, { host, port }, views.handler));
      return views.end;
    },
    pass(ms) {
      const until = worldMs(scheduler.now + ms);
      while (scheduler.step(until));
    },
  };
}

function createEnd(accepted?: SimSocket) {
  const told: string[] = [];
  let socket = accepted;
  const handler: SocketHandler = {
    opened: () => void told.push("opened"),
    received: (bytes) => void told.push(String.fromCharCode(...bytes)),
    ended: () => void told.push("ended"),
    broken: (why) => void told.push(`broken: ${why}`),
    drained: () => void told.push("drained"),
  };
  const end: End = {
    told,
    get socket() {
      if (socket === undefined) throw new Error("not dialled yet");
      return socket;
    },
    write: (text) => end.socket.write(asciiBytes(text)),
  };
  const attach = (dialled: SimSocket): void => {
    socket = dialled;
  };
  return { end, handler, attach };
}
