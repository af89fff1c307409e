import type { Socket } from "node:net";
import { readLines } from "../read-lines.ts";
import { createEndings } from "./endings.ts";
import type { GroupLog } from "./group-log.ts";
import type { BareResult, Greeting, Question } from "./messages.ts";

interface Worker {
  readonly socket: Socket;
  readonly slots: number;
  inFlight: number;
}

/** Lines in the order in which they came; what was taken is cut off now and then. */
interface Queue {
  lines: string[];
  head: number;
}

/**
 * The least that hands tasks to workers: it finds the lines, looks for their ids and nothing else, remembers what has
 * not ended, and passes the lines on as they are, once per chunk. It validates nothing, knows no limit but the slots,
 * and if a worker or a line goes wrong, that is the end.
 *
 * @param log makes durable what comes in before it is accepted, and results before they count.
 */
export function createDispatcher(log: GroupLog | undefined): (socket: Socket) => void {
  const live = new Set<string>();
  const queue: Queue = { lines: [], head: 0 };
  const workers: Worker[] = [];
  const endings = createEndings(() => workers.length);

  const keep = (lines: readonly string[], whenKept: () => void): void => {
    if (log === undefined) whenKept();
    else log.append(`${lines.join("\n")}\n`, whenKept);
  };
  const dispatch = (): void => {
    for (const worker of workers) hand(queue, worker);
  };
  const onTasks = (socket: Socket, lines: readonly string[]): void => {
    let answers = "";
    for (const line of lines) {
      const { id } = JSON.parse(line) as { readonly id: string };
      live.add(id);
      answers += `{"id":"${id}"}\n`;
    }
    keep(lines, () => {
      socket.write(answers);
      for (const line of lines) queue.lines.push(line);
      dispatch();
    });
  };
  const onResults = (worker: Worker, lines: readonly string[]): void => {
    const results = lines.map((line) => JSON.parse(line) as BareResult);
    worker.inFlight -= results.length;
    dispatch();
    keep(lines, () => {
      for (const { id } of results) live.delete(id);
      endings.add(results);
    });
  };
  const greet = (socket: Socket, greeting: Greeting): ((lines: readonly string[]) => void) => {
    if (greeting.role === "producer") return (lines) => onTasks(socket, lines);
    if (greeting.role === "asker") {
      return (lines) => {
        for (const line of lines) endings.answer(socket, JSON.parse(line) as Question);
      };
    }
    const worker: Worker = { socket, slots: greeting.slots, inFlight: 0 };
    workers.push(worker);
    return (lines) => onResults(worker, lines);
  };

  return (socket) => {
    let onLines: ((lines: readonly string[]) => void) | undefined;
    socket.on("error", () => {});
    readLines(socket, (lines) => {
      if (onLines !== undefined) return onLines(lines);
      const [first = "", ...rest] = lines;
      onLines = greet(socket, JSON.parse(first) as Greeting);
      if (rest.length > 0) onLines(rest);
    });
  };
}

const SLACK = 4_096;

function hand(queue: Queue, worker: Worker): void {
  const count = Math.min(worker.slots - worker.inFlight, queue.lines.length - queue.head);
  if (count === 0) return;
  worker.socket.write(`${queue.lines.slice(queue.head, queue.head + count).join("\n")}\n`);
  worker.inFlight += count;
  queue.head += count;
  if (queue.head < SLACK || 2 * queue.head < queue.lines.length) return;
  queue.lines = queue.lines.slice(queue.head);
  queue.head = 0;
}
