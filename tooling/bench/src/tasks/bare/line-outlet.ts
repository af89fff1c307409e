import { once } from "node:events";
import { connect, type Socket } from "node:net";
import type { Outlet, OutletSettings } from "../outlet.ts";
import { readLines } from "../read-lines.ts";
import type { Greeting, Question } from "./messages.ts";

/** The way into the bare dispatcher. */
export function openLineOutlet({ port }: OutletSettings): Outlet {
  const open = (greeting: Greeting): Socket => {
    const socket = connect({ host: "127.0.0.1", port, noDelay: true });
    socket.write(lineOf(greeting));
    return socket;
  };
  const asker = createAsker(open({ role: "asker" }));
  return {
    openStream(onAccepted) {
      const socket = open({ role: "producer" });
      readLines(socket, (lines) => onAccepted(lines.map((line) => (JSON.parse(line) as { readonly id: string }).id)));
      return {
        write: (lines) => void socket.write(lines),
        async end() {
          const closed = once(socket, "close");
          socket.end();
          await closed;
        },
      };
    },
    workers: async () => ((await asker.ask({ ask: "workers" })) as { readonly workers: number }).workers,
    async untilEnded(total) {
      await asker.ask({ ask: "ended", total });
    },
    async follow(onEnded) {
      const socket = open({ role: "asker" });
      const following = Promise.withResolvers<void>();
      readLines(socket, (lines) => {
        for (const line of lines) {
          const { ended } = JSON.parse(line) as { readonly ended?: string };
          if (ended === undefined) following.resolve();
          else onEnded(ended);
        }
      });
      socket.write(lineOf({ ask: "follow" } satisfies Question));
      await following.promise;
      return { stop: () => void socket.destroy() };
    },
    results: (ids) =>
      Promise.all(ids.map(async (id) => ((await asker.ask({ ask: "result", id })) as { readonly n: number | null }).n)),
  };
}

const lineOf = (value: unknown): string => `${JSON.stringify(value)}\n`;

/** Each question is answered by a line, in their order. */
function createAsker(socket: Socket): { ask(question: Question): Promise<unknown> } {
  const waiting: ((answer: unknown) => void)[] = [];
  let heard = 0;
  readLines(socket, (lines) => {
    for (const line of lines) waiting[heard++]?.(JSON.parse(line));
    waiting.splice(0, heard);
    heard = 0;
  });
  return {
    ask: (question) =>
      new Promise((resolve) => {
        waiting.push(resolve);
        socket.write(lineOf(question));
      }),
  };
}
