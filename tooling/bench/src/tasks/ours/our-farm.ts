import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type NodeChild, startNodeChild } from "../../children/node-child.ts";
import { type Farm, type FarmSettings, SLOTS, startFarm } from "../farm.ts";
import type { OutletSettings } from "../outlet.ts";

const MASTER = new URL(import.meta.resolve("master/main"));
const WORKER = new URL(import.meta.resolve("worker/main"));
const PRELOAD = new URL("./watched-process.ts", import.meta.url);
const HANDLER = fileURLToPath(new URL("./noop-handler.ts", import.meta.url));

/** A master and workers of ours, as one would start them, and a producer that speaks HTTP. */
export function startOurFarm({ store, workers: count }: FarmSettings): Promise<Farm> {
  return startFarm(async ({ directory, own }) => {
    // The HTTP API takes any free port as well.
    const flags = ["--port", "0", "--store", store, "--data-dir", join(directory, "data")];
    const { child, ports } = startMaster(flags);
    const dispatcher = own(child);
    const { listening, http } = await ports;
    const workers = Array.from({ length: count }, () => own(startWorker(listening)));
    const producer = own(startNodeChild(new URL("./producer-process.ts", import.meta.url)));
    await producer.call("connect", { port: http } satisfies OutletSettings);
    return { producer: [producer], dispatcher: [dispatcher], worker: workers };
  });
}

interface MasterPorts {
  /** For workers. */
  readonly listening: number;
  readonly http: number;
}

/** The ports are in its log. */
function startMaster(args: readonly string[]): { readonly child: NodeChild; readonly ports: Promise<MasterPorts> } {
  const { promise, resolve, reject } = Promise.withResolvers<MasterPorts>();
  let [log, isFound] = ["", false];
  const onStderr = (text: string): void => {
    if (isFound) return;
    log += text;
    const [listening, http] = [portIn(log, "listening"), portIn(log, "http-listening")];
    if (listening === undefined || http === undefined) return;
    isFound = true;
    resolve({ listening, http });
  };
  const child = startNodeChild(MASTER, { args, preload: PRELOAD, onStderr });
  child.call("live").catch(reject);
  return { child, ports: promise };
}

function portIn(log: string, event: string): number | undefined {
  const line = log.split("\n").find((text) => text.includes(`"event":"${event}"`) && text.endsWith("}"));
  return line === undefined ? undefined : (JSON.parse(line) as { readonly port: number }).port;
}

/** The tasks are short, so that one process for them all serves best. */
function startWorker(masterPort: number): NodeChild {
  const at = ["--master", `127.0.0.1:${masterPort}`];
  const args = [...at, "--slots", `${SLOTS}`, "--processes", "1", "--handlers", HANDLER];
  return startNodeChild(WORKER, { args, preload: PRELOAD, onStderr: () => {} });
}
