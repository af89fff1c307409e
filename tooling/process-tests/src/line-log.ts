import { createInterface } from "node:readline";
import type { Readable } from "node:stream";

/**
 * How long any one thing may take to be printed. Not a claim about speed: it only turns a hang into a failure that
 * shows what was printed instead.
 */
const hangGuardMs = 80_000;

/** The lines that a process prints on one stream, kept as they come. */
export interface LineLog {
  readonly lines: readonly string[];
  /**
   * Resolves to the first result that is not `undefined` of `pick`, over the lines from index `from` on, printed
   * already or still to come. Rejects if the stream ends before, or if nothing comes for very long.
   *
   * @param what what is awaited, for the message of a failure.
   */
  find<T>(what: string, pick: (line: string) => T | undefined, from?: number): Promise<T>;
  /** Resolves once the stream has ended. */
  readonly ended: Promise<void>;
}

export function createLineLog(stream: Readable, name: string): LineLog {
  const lines: string[] = [];
  const watchers = new Set<() => void>();
  let hasEnded = false;
  const notify = (): void => {
    for (const watcher of watchers) watcher();
  };

  const reader = createInterface({ input: stream });
  reader.on("line", (line) => {
    lines.push(line);
    notify();
  });
  // A stream that breaks is closed without an end, and its reader would wait for ever. That it broke is an end like
  // any other here: what was printed until then is what counts.
  reader.on("error", () => {});
  stream.once("close", () => reader.close());
  const ended = new Promise<void>((resolve) => {
    reader.once("close", () => {
      hasEnded = true;
      notify();
      resolve();
    });
  });

  const find = <T>(what: string, pick: (line: string) => T | undefined, from = 0): Promise<T> => {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    let next = from;
    const finish = (): void => {
      clearTimeout(guard);
      watchers.delete(look);
    };
    const fail = (why: string): void => {
      finish();
      reject(new Error(`${name} ${why} before it printed ${what}. Its last lines:\n${tail(lines)}`));
    };
    const look = (): void => {
      for (; next < lines.length; next++) {
        const found = pick(lines[next] ?? "");
        if (found === undefined) continue;
        finish();
        resolve(found);
        return;
      }
      if (hasEnded) fail("ended");
    };
    const guard = setTimeout(() => fail("hung"), hangGuardMs);
    watchers.add(look);
    look();
    return promise;
  };

  return { lines, find, ended };
}

function tail(lines: readonly string[]): string {
  return lines.length === 0
    ? "  (none)"
    : lines
        .slice(-15)
        .map((line) => `  ${line.slice(0, 500)}`)
        .join("\n");
}
