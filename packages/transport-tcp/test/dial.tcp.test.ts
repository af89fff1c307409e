import { durationMs, type Endpoint, seconds } from "@mutirao/primitives";
import { echo, expectClosed, expectEqual, expectLines } from "@mutirao/transport/conformance";
import { expect } from "vitest";
import type { Lookup } from "../src/lookup-queue.ts";
import { createBlackHole } from "./black-hole.ts";
import { tcpCase, tcpCaseIf } from "./tcp-case.ts";

const notFound = Object.assign(new Error("getaddrinfo ENOTFOUND"), { code: "ENOTFOUND" });

/** A name service: names starting with "hung" never get an answer, names that are not in the table do not exist. */
function lookupIn(table: Readonly<Record<string, readonly string[]>>): { lookup: Lookup; asked: string[] } {
  const asked: string[] = [];
  const lookup: Lookup = (name, done) => {
    asked.push(name);
    if (name.startsWith("hung")) return;
    const addresses = table[name];
    setImmediate(() => {
      if (addresses === undefined) done(notFound, []);
      else
        done(
          null,
          addresses.map((address) => ({ address })),
        );
    });
  };
  return { lookup, asked };
}

const names = lookupIn({ here: ["127.0.0.1"], several: ["127.0.0.3", "127.0.0.1"], dual: ["::1", "127.0.0.1"] });

tcpCase(
  "a name is looked up, and its endpoint is told as an address",
  async (bench) => {
    const server = await bench.listening({}, echo);
    const client = bench.create({}, (transport) => ({ connOpened: (conn) => transport.send(conn, "hello\n") }));
    const conn = bench.nextConn();
    client.dial(conn, { host: "here", port: server.endpoint.port });
    await expectLines(bench, client.of(conn), ["hello"]);
    expectEqual(client.of(conn).info?.remote, server.endpoint, "the other end");
  },
  names,
);

tcpCaseIf(
  process.platform !== "darwin",
  "the whole of 127.0.0.0/8",
  "a name with several addresses is reached at whichever answers",
  async (bench) => {
    const server = await bench.listening({}, echo);
    const client = bench.create();
    const conn = bench.nextConn();
    client.dial(conn, { host: "several", port: server.endpoint.port });
    await bench.until("the dial succeeds", () => client.of(conn).info !== undefined);
    expectEqual(client.of(conn).info?.remote, server.endpoint, "the other end");
    const refused = bench.nextConn();
    client.dial(refused, { host: "several", port: (await bench.unusedEndpoint()).port });
    await expectClosed(bench, client.of(refused), "ERR_DIAL_REFUSED");
  },
  names,
);

tcpCase(
  "a name that has an IPv6 address first is reached where it listens on IPv4 alone",
  async (bench) => {
    const server = await bench.listening({}, echo);
    const client = bench.create();
    const conn = bench.nextConn();
    client.dial(conn, { host: "dual", port: server.endpoint.port });
    await bench.until("the dial succeeds", () => client.of(conn).info !== undefined);
    expectEqual(client.of(conn).info?.remote, server.endpoint, "the other end");
  },
  names,
);

const platformNames = lookupIn({});
tcpCase(
  "an IP literal is never looked up",
  async (bench) => {
    const server = await bench.listening();
    const [first, second] = [bench.nextConn(), bench.nextConn()];
    const client = bench.create();
    client.dial(first, server.endpoint);
    client.dial(second, { host: "::ffff:127.0.0.1", port: server.endpoint.port });
    await bench.until("the dial succeeds", () => client.of(first).info !== undefined);
    expectEqual(platformNames.asked, [], "names asked");
  },
  platformNames,
);

tcpCase(
  "a name without an address is ERR_DIAL_UNRESOLVED",
  async (bench) => {
    const client = bench.create();
    const conn = bench.nextConn();
    client.dial(conn, { host: "nobody", port: 9_101 });
    await expectClosed(bench, client.of(conn), "ERR_DIAL_UNRESOLVED");
    expectEqual(client.of(conn).closed?.detail, "ENOTFOUND", "the detail");
  },
  lookupIn({}),
);

const someHang = lookupIn({ here: ["127.0.0.1"] });
tcpCase(
  "names that hang fail in time, and do not delay a name that resolved before",
  async (bench) => {
    const server = await bench.listening();
    const client = bench.create({ lookupMs: durationMs(200), lookupCacheMs: durationMs(0) });
    const dial = (host: string): ReturnType<typeof client.of> => {
      const conn = bench.nextConn();
      client.dial(conn, { host, port: server.endpoint.port });
      return client.of(conn);
    };
    const first = dial("here");
    await bench.until("the name resolves", () => first.info !== undefined);
    const hung = Array.from({ length: 6 }, (_, index) => dial(`hung-${index}`));
    const second = dial("here");
    await bench.until("the name serves again", () => second.info !== undefined);
    expectEqual(
      hung.filter(({ closed }) => closed !== undefined),
      [],
      "hung names that have failed by then",
    );
    for (const record of hung) await expectClosed(bench, record, "ERR_DIAL_UNRESOLVED");
    expectEqual(someHang.asked.filter((name) => name.startsWith("hung")).length, 2, "look-ups under way at once");
  },
  someHang,
);

tcpCase(
  "a dial that is closed during its look-up ends at once",
  async (bench) => {
    const client = bench.create();
    const conn = bench.nextConn();
    client.dial(conn, { host: "hung", port: 9_101 });
    client.close(conn);
    await expectClosed(bench, client.of(conn), "CONN_CLOSED");
  },
  lookupIn({}),
);

tcpCaseIf(
  process.platform !== "win32",
  "a full queue that drops",
  "no answer at all is ERR_DIAL_TIMEOUT",
  async (bench) => {
    const blackHole = await createBlackHole();
    try {
      const client = bench.create({ connectMs: durationMs(200) });
      const conn = bench.nextConn();
      client.dial(conn, blackHole.endpoint);
      await expectClosed(bench, client.of(conn), "ERR_DIAL_TIMEOUT");
      expectEqual(client.of(conn).info, undefined, "what connOpened told");
    } finally {
      await blackHole.stop();
    }
  },
);

tcpCase("no endpoint makes dial throw, however wrong it is", async (bench) => {
  const client = bench.create({ connectMs: durationMs(200), lookupMs: seconds(1) });
  const endpoints: Endpoint[] = [
    { host: "127.0.0.1", port: 70_000 },
    { host: "127.0.0.1", port: -1 },
    { host: "127.0.0.1", port: 1.5 },
    { host: "127.0.0.1", port: Number.NaN },
    { host: "127.0.0.1", port: 0 },
    { host: "255.255.255.255", port: 9_101 },
    { host: "0.0.0.0", port: 1 },
    { host: "fe80::1%nowhere", port: 9_101 },
    { host: "a\0b", port: 9_101 },
    { host: "x".repeat(1_000), port: 9_101 },
    { host: "[::1]", port: 9_101 },
    { host: "..", port: 9_101 },
  ];
  for (const endpoint of endpoints) {
    const conn = bench.nextConn();
    client.dial(conn, endpoint);
    await bench.until(`the dial to ${JSON.stringify(endpoint)} ends`, () => client.of(conn).closed !== undefined);
    expect(client.of(conn).closed?.code).toMatch(/^ERR_DIAL_/);
    expectEqual(client.of(conn).info, undefined, "what connOpened told");
  }
});

tcpCase(
  "a local address that this machine does not have is ERR_DIAL_LOCAL",
  async (bench) => {
    const server = await bench.listening();
    const client = bench.create();
    const conn = bench.nextConn();
    client.dial(conn, server.endpoint);
    await expectClosed(bench, client.of(conn), "ERR_DIAL_LOCAL");
    expectEqual(client.of(conn).closed?.detail, "EADDRNOTAVAIL", "the detail");
  },
  { localHost: "192.0.2.1" },
);

tcpCaseIf(
  process.platform !== "darwin",
  "the whole of 127.0.0.0/8",
  "outgoing connections come from where we listen",
  async (bench) => {
    const listener = await bench.rawListen();
    const client = bench.create();
    const conn = bench.nextConn();
    client.dial(conn, listener.endpoint);
    await bench.until("the foreign peer accepts", () => listener.accepted().length === 1);
    expectEqual(listener.accepted()[0]?.remote.host, "127.0.0.2", "the address that the foreign peer sees");
  },
  { localHost: "127.0.0.2" },
);
