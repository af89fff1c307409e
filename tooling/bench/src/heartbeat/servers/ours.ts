/** Our node as a server: the production stack, with the limit on lines per second out of the way. */
import { serveCalls } from "../../children/serve-calls.ts";
import { createOurNode } from "../our-node.ts";

serveCalls({
  async listen() {
    const { host } = createOurNode({ linesPerSecondMax: "10000000", linesBurstMax: "10000000" });
    const { port } = await host.start({ host: "127.0.0.1", port: 0 });
    return port;
  },
});
