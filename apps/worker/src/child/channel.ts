import { writeSync } from "node:fs";
import { Socket } from "node:net";
import { CHANNEL_FD } from "./config.ts";

/** A handler process's end of the pipe to its pool. */
export interface Channel {
  /** Says a line, together with all others of this turn of the loop. */
  say(line: string): void;
  /** Says a line at once, although the loop may not turn for a while. */
  sayAtOnce(line: string): void;
  /** Says a last line, for a process that has no more turns. May fail, and then nothing is said. */
  sayLast(line: string): void;
}

/**
 * @param onLines the lines of one chunk.
 * @param beforeFlush called once per turn in which something was said or read, with what is about to be said; what it
 *   gives is said too.
 */
export function openChannel(
  onLines: (lines: readonly string[]) => void,
  beforeFlush: (waiting: string) => string,
): Channel {
  const socket = new Socket({ fd: CHANNEL_FD });
  let rest = "";
  let waiting = "";
  let isFlushDue = false;

  const flush = (): void => {
    waiting += beforeFlush(waiting);
    if (waiting === "") return;
    socket.write(waiting, "latin1");
    waiting = "";
  };
  const flushSoon = (): void => {
    if (isFlushDue) return;
    isFlushDue = true;
    // After the microtasks: handlers that do not wait for anything have ended by then.
    setImmediate(() => {
      isFlushDue = false;
      flush();
    });
  };

  socket.setEncoding("latin1");
  socket.on("data", (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    flushSoon();
    onLines(lines);
  });
  socket.on("error", () => {});
  return {
    say(line) {
      waiting += line;
      flushSoon();
    },
    sayAtOnce(line) {
      waiting += line;
      flush();
    },
    sayLast(line) {
      // Bytes that wait within the socket would come out in the middle of these.
      if (socket.writableLength > 0) return;
      try {
        writeSync(CHANNEL_FD, waiting + line, undefined, "latin1");
        waiting = "";
      } catch {
        // The pipe is full or gone; the process is about to end, and the pool sees that.
      }
    },
  };
}
