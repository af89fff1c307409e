import type { ServerResponse } from "node:http";
import type { ServerLimits } from "./server-limits.ts";

/** The clients of `/events` (server-sent events). */
export interface EventStream {
  readonly clients: number;
  /** Clients that were dropped because they did not read. */
  readonly dropped: number;
  readonly hasRoom: boolean;
  /** Takes the response over, and tells it every event from now on. */
  attach(response: ServerResponse): void;
  /** Tells everybody. Events are numbered, also while nobody listens; `write` gives the data, and is only called then. */
  tell(event: string, write: () => unknown): void;
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

type Limits = Pick<ServerLimits, "eventClientsMax" | "eventClientMaxBytes" | "heartbeatMs">;

/** @param first what each client is told before anything else, if there is something. */
export function createEventStream(
  limits: Limits,
  first?: () => { readonly event: string; readonly data: unknown },
): EventStream {
  const clients = new Set<ServerResponse>();
  let lastId = 0;
  let dropped = 0;
  let heart: NodeJS.Timeout | undefined;

  /** What happens in one turn is written at once, and does not count against a client that reads. */
  let untold = "";

  const tellText = (text: string): void => {
    if (untold === "") setImmediate(flush);
    untold += text;
  };
  const flush = (): void => {
    const text = untold;
    untold = "";
    if (text === "") return;
    for (const client of clients) {
      // What a client does not take is kept in memory: one that is far behind would rather begin anew.
      if (client.writableLength > limits.eventClientMaxBytes) {
        dropped++;
        leave(client);
        client.destroy();
      } else if (!client.destroyed) client.write(text);
    }
  };
  const leave = (client: ServerResponse): void => {
    clients.delete(client);
    if (clients.size > 0) return;
    clearInterval(heart);
    heart = undefined;
  };

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
      // What was told before is in what the newcomer is told first, and would be older than it.
      flush();
      response.writeHead(200, HEAD);
      response.write(GREETING);
      if (first !== undefined) {
        const { event, data } = first();
        response.write(eventText(lastId, event, data));
      }
      clients.add(response);
      response.once("close", () => leave(response));
      heart ??= setInterval(tellText, limits.heartbeatMs, HEARTBEAT);
    },
    tell(event, write) {
      lastId++;
      if (clients.size > 0) tellText(eventText(lastId, event, write()));
    },
    close() {
      flush();
      for (const client of [...clients]) {
        leave(client);
        client.end();
      }
    },
  };
}

/** `JSON.stringify` leaves no line break in, so the data is one line. */
const eventText = (id: number, event: string, data: unknown): string =>
  `id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
