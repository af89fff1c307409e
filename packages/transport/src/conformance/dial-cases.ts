import { assert, sameEndpoint } from "@mutirao/primitives";
import {
  bytesOf,
  type ConformanceCase,
  conformanceCase,
  echo,
  expectClosed,
  expectEqual,
  expectLines,
  expectReceived,
} from "./bench.ts";

/** Listening and dialling. */
export const dialCases: readonly ConformanceCase[] = [
  conformanceCase("listening on port 0 gives the port really bound", async (bench) => {
    const { endpoint } = await bench.listening();
    expectEqual(endpoint.host, bench.listenAt.host, "the host bound");
    assert(endpoint.port > 0 && endpoint.port < 65_536, `the port bound is a real one, not ${endpoint.port}`);
  }),

  conformanceCase("a taken port is an error with a code, and can be had once it is free", async (bench) => {
    const first = await bench.listening();
    const second = bench.create();
    const code = await second.listen(first.endpoint).then(
      () => "no error",
      (error: Error & { readonly code?: string }) => error.code,
    );
    expectEqual(code, "EADDRINUSE", "the code of the error");
    await first.transport.stop();
    expectEqual(await second.listen(first.endpoint), first.endpoint, "the endpoint bound in the end");
  }),

  conformanceCase("both ends are told who is at which end", async (bench) => {
    const server = await bench.listening();
    const { peer, record } = await bench.rawPeerOf(server);
    expectEqual(record.info?.remote, peer.local, "the other end of an accepted connection");
    expectEqual(record.info?.local, server.endpoint, "this end of an accepted connection");

    const listener = await bench.rawListen();
    const conn = bench.nextConn();
    server.transport.dial(conn, listener.endpoint);
    await bench.until("the dial succeeds", () => server.transport.of(conn).info !== undefined);
    await bench.until("the foreign peer accepts", () => listener.accepted().length === 1);
    const info = server.transport.of(conn).info;
    assert(info !== undefined && sameEndpoint(info.remote, listener.endpoint), "the dialled end is the listener");
    expectEqual(info.local, listener.accepted()[0]?.remote, "this end of a dialled connection");
  }),

  conformanceCase("a dial to nobody tells ERR_DIAL_REFUSED, and nothing else", async (bench) => {
    const transport = bench.create();
    const conn = bench.nextConn();
    transport.dial(conn, await bench.unusedEndpoint());
    await expectClosed(bench, transport.of(conn), "ERR_DIAL_REFUSED");
    expectEqual(transport.of(conn).info, undefined, "what connOpened told");
  }),

  conformanceCase("dials end one by one, each under its own number", async (bench) => {
    const server = await bench.listening({}, echo);
    const nowhere = await bench.unusedEndpoint();
    const client = bench.create({}, (transport) => ({ connOpened: (conn) => transport.send(conn, `i am ${conn}\n`) }));
    const conns = Array.from({ length: 20 }, () => bench.nextConn());
    for (const [index, conn] of conns.entries()) client.dial(conn, index % 2 === 0 ? server.endpoint : nowhere);
    for (const [index, conn] of conns.entries()) {
      if (index % 2 === 0) await expectLines(bench, client.of(conn), [`i am ${conn}`]);
      else await expectClosed(bench, client.of(conn), "ERR_DIAL_REFUSED");
    }
  }),

  conformanceCase("what is sent before the dial succeeds leaves when it does", async (bench) => {
    const listener = await bench.rawListen();
    const transport = bench.create();
    const conn = bench.nextConn();
    transport.dial(conn, listener.endpoint);
    transport.send(conn, "early\n");
    await bench.until("the foreign peer accepts", () => listener.accepted().length === 1);
    const peer = listener.accepted()[0];
    assert(peer !== undefined, "the foreign peer is there");
    await expectReceived(bench, peer, "early\n");
    peer.write(bytesOf("answer\n"));
    await expectLines(bench, transport.of(conn), ["answer"]);
  }),

  conformanceCase("a dial that is closed before it succeeds never opens", async (bench) => {
    const listener = await bench.rawListen();
    const transport = bench.create();
    const conn = bench.nextConn();
    transport.dial(conn, listener.endpoint);
    transport.close(conn);
    await expectClosed(bench, transport.of(conn), "CONN_CLOSED");
    await bench.quiet();
    expectEqual(transport.of(conn).info, undefined, "what connOpened told");
  }),

  conformanceCase("a dialled connection ends when the other side ends it", async (bench) => {
    const listener = await bench.rawListen();
    const transport = bench.create();
    const conn = bench.nextConn();
    transport.dial(conn, listener.endpoint);
    await bench.until("the foreign peer accepts", () => listener.accepted().length === 1);
    const peer = listener.accepted()[0];
    peer?.write(bytesOf("bye"));
    peer?.end();
    await expectClosed(bench, transport.of(conn), "CONN_ENDED");
    expectEqual(transport.of(conn).lines, ["bye"], "the lines received");
  }),
];
