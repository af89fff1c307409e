import type { ServerResponse } from "node:http";
import type { Notice } from "@mutirao/node-core";
import { epochMs } from "@mutirao/primitives";
import { formatIsoTime } from "@mutirao/protocol";
import type { MasterAccess } from "../master-access.ts";
import type { HttpLimits } from "./http-limits.ts";

/** The clients of `/events`. */
export interface EventStream {
  readonly clients: number;
  /** Clients that were dropped because they did not read. */
  readonly dropped: number;
  readonly hasRoom: boolean;
  /** Takes the response over, and tells it every notice from now on. */
  attach(response: ServerResponse): void;
  /** Ends all streams. */
  close(): void;
}

const HEAD = {
  "content-type": "text/event-stream",
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
} as const;

/** How long a client that lost its connection waits before it comes back. */
const GREETING = "retry: 2000\n\n";
const HEARTBEAT = ": still here\n\n";

type Limits = Pick<HttpLimits, "eventClientsMax" | "eventClientMaxBytes" | "heartbeatMs">;

export function createEventStream(master: MasterAccess, limits: Limits): EventStream {
  const clients = new Set<ServerResponse>();
  let lastId = 0;
  let dropped = 0;
  let heart: NodeJS.Timeout | undefined;

  /** What happens in one turn is written at once, and does not count against a client that reads. */
  let untold = "";

  const tell = (text: string): void => {
    if (untold === "") setImmediate(flush);
    untold += text;
  };
  const flush = (): void => {
    for (const client of clients) {
      // What a client does not take is kept in memory: one that is far behind would rather begin anew.
      if (client.writableLength > limits.eventClientMaxBytes) {
        dropped++;
        leave(client);
        client.destroy();
      } else if (!client.destroyed) client.write(untold);
    }
    untold = "";
  };
  const leave = (client: ServerResponse): void => {
    clients.delete(client);
    if (clients.size > 0) return;
    clearInterval(heart);
    heart = undefined;
  };
  const stopListening = master.onNotice((notice) => {
    lastId++;
    if (clients.size > 0) tell(eventText(lastId, notice));
  });

  return {
    get clients() {
      return clients.size;
    },
    get dropped() {
      return dropped;
    },
    get hasRoom() {
      return clients.size < limits.eventClientsMax;
    },
    attach(response) {
      response.writeHead(200, HEAD);
      response.write(GREETING);
      clients.add(response);
      response.once("close", () => leave(response));
      heart ??= setInterval(tell, limits.heartbeatMs, HEARTBEAT);
    },
    close() {
      stopListening();
      for (const client of [...clients]) {
        leave(client);
        client.end();
      }
    },
  };
}

/** `JSON.stringify` leaves no line break in, so the data is one line. */
function eventText(id: number, notice: Notice): string {
  const data = JSON.stringify({ time: formatIsoTime(epochMs(Date.now())), ...notice });
  return `id: ${id}\nevent: ${notice.kind}\ndata: ${data}\n\n`;
}
