import { once } from "node:events";
import { createServer } from "node:net";
import { type ListenProblem, listenProblem } from "@mutirao/command";
import { type LookupProcess, resolveHost } from "@mutirao/transport-tcp";

/**
 * The address that `--host` stands for, or why no connection can come from it: a worker would try in vain for ever. The
 * system knows for sure once something listens there, for a moment and on any port.
 */
export async function findLocalHost(
  host: string,
  { lookup }: LookupProcess,
): Promise<{ readonly address: string } | ListenProblem> {
  try {
    const address = await resolveHost(host, lookup);
    const server = createServer().listen({ host: address, port: 0 });
    await once(server, "listening");
    server.close();
    await once(server, "close");
    return { address };
  } catch (error) {
    return listenProblem({ host, port: 0 }, error);
  }
}
