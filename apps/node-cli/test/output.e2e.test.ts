import { once } from "node:events";
import { existsSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { test as base, freePort, ownLoopbackHost, type Processes, type RunningProcess } from "@mutirao/process-tests";
import { describe, expect } from "vitest";
import { mainFile, registriesPassed, startJsonNode, startNode } from "./support/nodes.ts";

const patient = ["--interval", "0.2", "--timeout", "10"];

/** A server that closes every connection at once, and tells how many it saw. */
interface Slammer {
  readonly address: string;
  visited(times: number): Promise<void>;
}

const test = base.extend("slammer", async ({ task: _task }, { onCleanup }): Promise<Slammer> => {
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.destroy();
  });
  onCleanup(() => void server.close());
  server.listen({ host: "127.0.0.1", port: 0 });
  await once(server, "listening");
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    async visited(times) {
      for (let left = times; left > 0; left--) await once(server, "connection");
    },
  };
});

/** The line of the brief, cut into what the tests compare. */
const entryPattern = (id: string, port: number): string =>
  `'${id}': { server_id: '${id}', host: '127\\.0\\.0\\.1', port: ${port}, last_seen: (\\d+(?:\\.\\d+)?), status: 'ALIVE' }`;

const isAboutNow = (epochSeconds: number): boolean => Math.abs(epochSeconds - Date.now() / 1_000) < 120;

describe("the brief's line", () => {
  test("has exactly the brief's form", async ({ processes }) => {
    const peer = await startNode(processes, ...patient);
    const node = await startNode(processes, "--peer", peer.address, ...patient);

    const pattern = new RegExp(`^\\[${node.id.slice(0, 8)}\\] registry: { ${entryPattern(peer.id, peer.port)} }$`);
    const line = await node.stdout.find("a line", (text) => text);
    expect(line).toMatch(pattern);
    expect(Number(pattern.exec(line)?.[1])).toSatisfy(isAboutNow);
  });

  test("shows several peers on one line, and comes once per interval", async ({ processes }) => {
    const [one, other] = await Promise.all([startNode(processes, ...patient), startNode(processes, ...patient)]);
    const node = await startNode(processes, "--peer", one.address, "--peer", other.address, ...patient);

    const both = new RegExp(
      `^\\[${node.id.slice(0, 8)}\\] registry: { ${entryPattern(one.id, one.port)}, ${entryPattern(other.id, other.port)} }$`,
    );
    const isBoth = (text: string): true | undefined => both.test(text) || undefined;
    await node.stdout.find("both peers", isBoth);
    await node.stdout.find("both peers once more", isBoth, node.stdout.lines.length);
    for (const line of node.stdout.lines) expect(line).toMatch(/^\[.{8}\] registry: { .+ }$/);
  });

  test("shortens an --id to its first eight characters, whatever it is", async ({ processes }) => {
    const peer = await startNode(processes, "--id", "it's", ...patient);
    const long = await startNode(processes, "--id", "SERVER_NUMBER_2", "--peer", peer.address, ...patient);
    const short = await startNode(processes, "--id", "S2", "--peer", peer.address, ...patient);
    expect(await long.stdout.find("a line", (line) => line)).toMatch(/^\[SERVER_N\] registry: { /);
    expect(await short.stdout.find("a line", (line) => line)).toMatch(/^\[S2\] registry: { /);
  });

  test("does not come before somebody was seen, and leaves out who never was", async ({ processes, slammer }) => {
    const host = ownLoopbackHost();
    const port = await freePort(host);
    const peers = ["--peer", slammer.address, "--peer", `${host}:${port}`];
    const node = await startNode(processes, ...peers, ...patient);

    await slammer.visited(6);
    expect(node.stdout.lines).toStrictEqual([]);
    const late = await startNode(processes, "--host", host, "--port", String(port), ...patient);
    const line = await node.stdout.find("a line", (text) => text);
    expect(line).toContain(late.id);
    expect(line).not.toContain(slammer.address);
    expect(line).not.toContain("NEVER_SEEN");
  });
});

describe("--json", () => {
  test("prints registries and transitions in exactly these shapes", async ({ processes }) => {
    const peer = await startNode(processes, ...patient);
    const node = await startJsonNode(processes, "--peer", peer.address, ...patient);

    const entry = {
      server_id: peer.id,
      host: "127.0.0.1",
      port: peer.port,
      last_seen: expect.toSatisfy(isAboutNow),
      status: "ALIVE",
    };
    const registry = await node.registry("the peer", () => true);
    expect(registry).toStrictEqual({
      event: "registry",
      at: expect.toSatisfy(isAboutNow),
      server_id: node.id,
      registry: { [peer.id]: entry },
    });
    expect(Object.keys(registry)).toStrictEqual(["event", "at", "server_id", "registry"]);
    expect(Object.keys(registry.registry[peer.id] ?? {})).toStrictEqual(Object.keys(entry));

    const transition = await node.transition({});
    expect(transition).toStrictEqual({
      event: "transition",
      at: expect.toSatisfy(isAboutNow),
      peer: peer.id,
      from: "NEVER_SEEN",
      to: "ALIVE",
      reason: "first-answer",
      host: "127.0.0.1",
      port: peer.port,
    });
    const keys = ["event", "at", "peer", "from", "to", "reason", "host", "port"];
    expect(Object.keys(transition)).toStrictEqual(keys);
  });

  test("says the same of when a silent peer was seen, each time", async ({ processes }) => {
    const peer = await startNode(processes, ...patient);
    const flags = ["--peer", peer.address, "--interval", "0.05", "--timeout", "60"];
    const node = await startJsonNode(processes, ...flags);
    await node.transition({ peer: peer.id, to: "ALIVE" });
    await peer.kill();
    const { time } = await node.logged({ event: "beat-failed" });
    await registriesPassed(node, 40);
    // What was printed before may have been read after the log, and it was still seen then.
    const isLater = (at: number): boolean => at * 1_000 > Date.parse(String(time));
    const told = node
      .records()
      .flatMap((record) => (record.event === "registry" && isLater(record.at) ? [record] : []));
    expect(told.length).toBeGreaterThan(20);
    expect(new Set(told.map(({ registry }) => registry[peer.id]?.last_seen)).size).toBe(1);
  });

  test("shows a peer that was never seen, but not before somebody was", async ({ processes, slammer }) => {
    const host = ownLoopbackHost();
    const port = await freePort(host);
    const peers = ["--peer", slammer.address, "--peer", `${host}:${port}`];
    const node = await startJsonNode(processes, ...peers, ...patient);

    await slammer.visited(6);
    expect(node.stdout.lines).toStrictEqual([]);
    const late = await startNode(processes, "--host", host, "--port", String(port), ...patient);
    const { registry } = await node.registry("both", () => true);
    expect(Object.keys(registry).toSorted()).toStrictEqual([late.id, slammer.address].toSorted());
    expect(registry[slammer.address]).toStrictEqual({
      server_id: null,
      host: "127.0.0.1",
      port: Number(slammer.address.split(":")[1]),
      last_seen: null,
      status: "NEVER_SEEN",
    });
  });

  test("logs in JSON on stderr, and keeps stdout free of it", async ({ processes }) => {
    const peer = await startNode(processes, ...patient);
    const node = await startJsonNode(processes, "--log-level", "trace", "--peer", peer.address, ...patient);
    await node.registry("the peer", () => true);
    expect(() => node.records()).not.toThrow();
    for (const line of node.stderr.lines) expect(JSON.parse(line)).toMatchObject({ level: expect.any(Number) });
  });
});

/** Runs the CLI with its output sent elsewhere, as a shell would write it (`2>/dev/full`). */
function runRedirected(processes: Processes, redirection: string, ...flags: readonly string[]): RunningProcess {
  const command = [process.execPath, mainFile, ...flags];
  return processes.start("node-cli", "/bin/sh", ["-c", `exec "$@" ${redirection}`, "sh", ...command]);
}

describe.skipIf(!existsSync("/dev/full"))("a disk that is full (needs /dev/full)", () => {
  test.for(["2>/dev/full", ">/dev/full"])("is no reason to end: %s", async (redirection, { processes }) => {
    const host = ownLoopbackHost();
    const port = await freePort(host);
    const peer = await startNode(processes, ...patient);
    const flags = ["--host", host, "--port", String(port), "--id", "full", "--peer", peer.address, ...patient];
    const node = runRedirected(processes, redirection, ...flags, "--log-level", "trace");
    const watcher = await startJsonNode(processes, "--peer", `${host}:${port}`, ...patient);
    // By then it has long written something, or tried to.
    await watcher.transition({ peer: "full", to: "ALIVE" });
    await registriesPassed(watcher, 5);
    node.signal("SIGTERM");
    expect(await node.exited).toStrictEqual({ code: 0, signal: null });
    expect(watcher.transitions()).toMatchObject([{ peer: "full", to: "ALIVE" }]);
  });

  test("for --help is told in one line", async ({ processes }) => {
    const help = runRedirected(processes, ">/dev/full", "--help");
    expect(await help.exited).toStrictEqual({ code: 1, signal: null });
    expect(help.stderr.lines).toStrictEqual(["node-cli: cannot write to stdout: ENOSPC"]);
  });

  test("for the complaint about a flag leaves the exit code", async ({ processes }) => {
    const refused = runRedirected(processes, "2>/dev/full", "--prot");
    expect(await refused.exited).toStrictEqual({ code: 2, signal: null });
  });
});
