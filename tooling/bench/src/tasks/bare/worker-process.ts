/** A worker of the bare dispatcher: does each task where it is read, and answers once per chunk. */
import { connect } from "node:net";
import { serveCalls } from "../../children/serve-calls.ts";
import { readTreeCpuUs } from "../cpu-time.ts";
import { readLines } from "../read-lines.ts";
import type { Greeting } from "./messages.ts";

export interface BareWorkerSettings {
  readonly port: number;
  readonly slots: number;
}

interface Task {
  readonly id: string;
  readonly payload: { readonly n: number };
}

serveCalls({
  cpuUs: readTreeCpuUs,
  serve({ port, slots }: BareWorkerSettings) {
    const socket = connect({ host: "127.0.0.1", port, noDelay: true });
    const greeting: Greeting = { role: "worker", slots };
    socket.write(`${JSON.stringify(greeting)}\n`);
    readLines(socket, (lines) => {
      let results = "";
      for (const line of lines) {
        const { id, payload } = JSON.parse(line) as Task;
        results += `{"id":"${id}","n":${payload.n}}\n`;
      }
      socket.write(results);
    });
  },
});
