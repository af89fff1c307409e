import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { createInterface } from "node:readline";

/** What a worker says, as far as these tests look at it. */
interface WorkerLine {
  readonly WORKER?: string;
  readonly TASK?: string;
  readonly EXT?: {
    readonly slots?: number;
    readonly progress?: readonly { readonly id: string }[];
    readonly results?: readonly { readonly id: string }[];
  };
}

interface Assignment {
  readonly id: string;
  readonly n: number;
  readonly type: string;
  readonly payload: unknown;
  readonly ms: number;
}

/** A master of ours, as far as a worker can tell, that does what a test says. It serves one worker. */
export interface ScriptedMaster {
  readonly address: string;
  /** The first line, heard already or still to come, for which the predicate holds. */
  heard(what: string, holds: (line: WorkerLine) => boolean): Promise<WorkerLine>;
  /** How many heartbeats have come. */
  beats(): number;
  assign(task: Assignment): void;
  acknowledge(...acks: readonly (readonly [id: string, n: number])[]): void;
  stop(): void;
}

const hangGuardMs = 80_000;
const WELCOME = { v: 1, graceMs: 5_000, intervalMs: 200, timeoutMs: 10_000 };

/** @param isSilent it takes connections and never says a word. */
export async function startScriptedMaster({ isSilent = false } = {}): Promise<ScriptedMaster> {
  const lines: WorkerLine[] = [];
  const watchers = new Set<() => void>();
  let socket: Socket | undefined;
  const say = (line: unknown): void => void socket?.write(`${JSON.stringify(line)}\n`);
  const isBeat = ({ TASK }: WorkerLine): boolean => TASK === "WORKER_HEARTBEAT";

  const hear = (text: string): void => {
    const line = JSON.parse(text) as WorkerLine;
    lines.push(line);
    if (!isSilent && line.WORKER === "ALIVE") say({ SERVER_UUID: "m1", TASK: "NO_TASK", EXT: WELCOME });
    if (!isSilent && isBeat(line)) say({ SERVER_UUID: "m1", TASK: "HEARTBEAT", RESPONSE: "ALIVE" });
    for (const watcher of watchers) watcher();
  };
  const server = createServer((accepted) => {
    socket = accepted;
    accepted.on("error", () => {});
    createInterface({ input: accepted })
      .on("line", hear)
      .on("error", () => {});
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const at = server.address();
  if (at === null || typeof at === "string") throw new Error("a TCP server has no port");

  return {
    address: `127.0.0.1:${at.port}`,
    heard(what, holds) {
      const { promise, resolve, reject } = Promise.withResolvers<WorkerLine>();
      const look = (): void => {
        const found = lines.find(holds);
        if (found === undefined) return;
        clearTimeout(guard);
        watchers.delete(look);
        resolve(found);
      };
      const guard = setTimeout(
        () => reject(new Error(`the worker did not say ${what}, only ${JSON.stringify(lines)}`)),
        hangGuardMs,
      );
      watchers.add(look);
      look();
      return promise;
    },
    beats: () => lines.filter(isBeat).length,
    assign: (task) => say({ TASK: "QUERY", EXT: { v: 1, tasks: [task] } }),
    acknowledge: (...acks) => say({ STATUS: "ACK", EXT: { v: 1, acks } }),
    stop() {
      socket?.destroy();
      server.close();
    },
  };
}
