/** Our node with a crowd of peers: the production stack, with the limits on their number raised to it. */
import { serveCalls } from "../../children/serve-calls.ts";
import { createOurNode, type OurNode } from "../our-node.ts";
import type { Crowd } from "./crowd.ts";

let ours: OurNode | undefined;

async function hold({ ports, intervalMs }: Crowd): Promise<void> {
  ours = createOurNode({
    peers: ports.map((port) => `127.0.0.1:${port}`),
    peersMax: String(ports.length),
    connectionsMax: "100000",
    intervalMs: String(intervalMs / 1_000),
    timeoutMs: String((5 * intervalMs) / 1_000),
  });
  await ours.host.start({ host: "127.0.0.1", port: 0 });
}

const answered = (): number => ours?.node.registry().filter(({ status }) => status === "ALIVE").length ?? 0;

serveCalls({ hold, answered });
