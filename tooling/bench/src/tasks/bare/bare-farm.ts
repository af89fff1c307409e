import { join } from "node:path";
import { startNodeChild } from "../../children/node-child.ts";
import { type Farm, type FarmSettings, SLOTS, startFarm } from "../farm.ts";
import type { OutletSettings } from "../outlet.ts";
import type { DispatcherSettings } from "./dispatcher-process.ts";
import type { BareWorkerSettings } from "./worker-process.ts";

/** The least that does the same work. */
export function startBareFarm({ store, workers: count }: FarmSettings): Promise<Farm> {
  return startFarm(async ({ directory, own }) => {
    const start = (file: string) => own(startNodeChild(new URL(file, import.meta.url)));
    const dispatcher = start("./dispatcher-process.ts");
    const settings: DispatcherSettings = { log: store === "disk" ? join(directory, "log") : undefined };
    const port = await dispatcher.call<number>("listen", settings);
    const workers = Array.from({ length: count }, () => start("./worker-process.ts"));
    const producer = start("./producer-process.ts");
    await Promise.all([
      ...workers.map((worker) => worker.call("serve", { port, slots: SLOTS } satisfies BareWorkerSettings)),
      producer.call("connect", { port } satisfies OutletSettings),
    ]);
    return { producer: [producer], dispatcher: [dispatcher], worker: workers };
  });
}
