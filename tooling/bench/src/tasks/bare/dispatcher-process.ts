/** The bare dispatcher, in a process of its own. */
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { serveCalls } from "../../children/serve-calls.ts";
import { readTreeCpuUs } from "../cpu-time.ts";
import { createDispatcher } from "./dispatcher.ts";
import { openGroupLog } from "./group-log.ts";

/** Where the log is; without one, everything is in memory. */
export interface DispatcherSettings {
  readonly log: string | undefined;
}

serveCalls({
  cpuUs: readTreeCpuUs,
  async listen({ log }: DispatcherSettings) {
    const accept = createDispatcher(log === undefined ? undefined : openGroupLog(log));
    const server = createServer({ noDelay: true }, accept).listen(0, "127.0.0.1");
    await once(server, "listening");
    return (server.address() as AddressInfo).port;
  },
});
