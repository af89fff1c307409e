/**
 * The least that can beat a crowd: it holds the connections, writes from a wheel of 10 ms ticks, and throws away what
 * it reads. It knows nobody, notices no silence and mends nothing.
 */
import { once } from "node:events";
import net, { type Socket } from "node:net";
import { serveCalls } from "../../children/serve-calls.ts";
import type { Crowd } from "./crowd.ts";

const TICK_MS = 10;
/** Fewer than a peer's backlog, so that no SYN is dropped. */
const DIALS_MAX = 64;
const BEAT = '{"TASK": "HEARTBEAT"}\n';

let answers = 0;

async function hold({ ports, intervalMs }: Crowd): Promise<void> {
  const slots: Socket[][] = Array.from({ length: Math.max(1, Math.round(intervalMs / TICK_MS)) }, () => []);
  const unopened = ports.entries();
  const openInTurn = async (): Promise<void> => {
    for (const [index, port] of unopened) {
      const socket = net.connect({ host: "127.0.0.1", port, noDelay: true });
      await once(socket, "connect");
      socket.on("data", () => {
        answers += 1;
      });
      slots[index % slots.length]?.push(socket);
    }
  };
  await Promise.all(Array.from({ length: DIALS_MAX }, openInTurn));
  turn(slots);
}

function turn(slots: readonly (readonly Socket[])[]): void {
  let slot = 0;
  let dueAtMs = performance.now();
  setInterval(() => {
    // A tick that comes late does the work of those that were missed, so that the rate is kept.
    for (; dueAtMs <= performance.now(); dueAtMs += TICK_MS) {
      for (const socket of slots[slot] ?? []) socket.write(BEAT);
      slot = (slot + 1) % slots.length;
    }
  }, TICK_MS);
}

serveCalls({ hold, answered: () => answers });
