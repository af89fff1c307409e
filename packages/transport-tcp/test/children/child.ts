import { type Endpoint, formatEndpoint } from "@mutirao/primitives";
import { type Transport, transportLimitDefaults } from "@mutirao/transport";
import { createTcpTransport, type TcpTransportOptions } from "../../src/index.ts";

/** What the scripts of this folder share: they run in a process of their own and say what they see, a line each. */
export const say = (text: string): void => void process.stdout.write(`${text}\n`);

/** A transport that knows everybody, echoes, and says what it is told. `onLine` is called after the echo. */
export function createTalkative(options: Partial<TcpTransportOptions> = {}, onLine = (): void => {}): Transport {
  const transport = createTcpTransport(
    { limits: transportLimitDefaults, localHost: undefined, ...options },
    {
      connOpened(conn) {
        transport.identify(conn);
        say(`opened ${conn}`);
      },
      lineReceived(conn, line) {
        say(`line ${conn} ${line}`);
        transport.send(conn, `${line}\n`);
        onLine();
      },
      lineRefused: (conn, { code }) => say(`refused ${conn} ${code}`),
      connClosed: (conn, { code, detail = "" }) => say(`closed ${conn} ${code} ${detail}`.trimEnd()),
    },
  );
  return transport;
}

export async function listenOnLoopback(transport: Transport): Promise<Endpoint> {
  const endpoint = await transport.listen({ host: "127.0.0.1", port: 0 });
  say(`listening ${formatEndpoint(endpoint)}`);
  return endpoint;
}
