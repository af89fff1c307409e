import { fileURLToPath } from "node:url";
import { connectRaw, test } from "@mutirao/process-tests";
import { describe, expect } from "vitest";
import { mainFile, startNode } from "./support/nodes.ts";

const patient = ["--interval", "0.2", "--timeout", "10"];

// Windows has no signals: there, a process that is told to end is ended from outside.
describe.skipIf(process.platform === "win32")("a node that is told to stop (needs POSIX signals)", () => {
  test.for(["SIGINT", "SIGTERM"] as const)(
    "%s: closes what is open and exits with 0",
    async (signal, { processes }) => {
      const peer = await startNode(processes, ...patient);
      const node = await startNode(processes, "--peer", peer.address, ...patient);
      await node.stdout.find("a registry", (line) => line);

      const idle = await connectRaw(node);
      const answered = await connectRaw(node);
      answered.write('{"TASK":"HEARTBEAT"}\n');
      await answered.answer(0);
      const midLine = await connectRaw(node);
      midLine.write('{"TASK":"HEART');
      const deaf = await connectRaw(node);
      deaf.write('{"TASK":"HEARTBEAT"}\n'.repeat(5_000));

      node.signal(signal);
      expect(await node.exited).toStrictEqual({ code: 0, signal: null });
      await Promise.all([idle, answered, midLine].map((client) => client.closed()));
      for (const client of [idle, answered, midLine, deaf]) client.destroy();
    },
  );

  test.for(["SIGINT", "SIGTERM"] as const)(
    "%s: exits with 0 while peers refuse or keep silent",
    async (signal, { processes }) => {
      const silent = await startNode(processes, ...patient);
      silent.signal("SIGSTOP");
      const node = await startNode(processes, "--peer", silent.address, "--peer", "127.0.0.1:1", ...patient);
      node.signal(signal);
      expect(await node.exited).toStrictEqual({ code: 0, signal: null });
    },
  );

  test.for(["SIGINT", "SIGTERM"] as const)(
    "%s: exits with 0 also while it is still being loaded",
    async (signal, { processes }) => {
      const preload = fileURLToPath(new URL("preloads/slow-loading.ts", import.meta.url));
      const node = processes.start("node-cli", process.execPath, ["--import", preload, mainFile, "--port", "0"]);
      await node.stdout.find("that it is being loaded", (line) => line);
      node.signal(signal);
      expect(await node.exited).toStrictEqual({ code: 0, signal: null });
    },
  );

  test("a port is free again at once", async ({ processes }) => {
    const first = await startNode(processes, ...patient);
    const client = await connectRaw(first);
    first.signal("SIGTERM");
    await first.exited;
    await client.closed();
    client.destroy();
    const second = await startNode(processes, "--port", String(first.port), ...patient);
    expect(second.port).toBe(first.port);
  });
});

describe("a node whose stdout nobody reads any more", () => {
  test("ends in good order", async ({ processes }) => {
    const peer = await startNode(processes, ...patient);
    const node = await startNode(processes, "--peer", peer.address, ...patient);
    await node.stdout.find("a registry", (line) => line);
    node.closeStdout();
    expect(await node.exited).toStrictEqual({ code: 0, signal: null });
    // On a busy machine it may have had to wait for its turn, and says so.
    const complaints = node.stderr.lines.map((line) => JSON.parse(line)).filter(({ level }) => level > 30);
    expect(complaints.filter(({ event }) => event !== "stalled")).toStrictEqual([]);
  });
});
