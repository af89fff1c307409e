import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Processes, type RunningProcess, test } from "@mutirao/process-tests";
import { describe, expect } from "vitest";
import { mainFile, startNode } from "./support/nodes.ts";

const preload = fileURLToPath(new URL("preloads/hanging-names.ts", import.meta.url));

/** A node for which every look-up hangs. Resolves when it has asked for its first name. */
async function startWithoutNames(processes: Processes, ...flags: readonly string[]): Promise<RunningProcess> {
  const folder = await processes.newFolder();
  execFileSync("/bin/sh", ["-c", 'mkfifo "$0"', join(folder, "hangs")]);
  const server = createServer().listen(join(folder, "asked"));
  const asked: Promise<Socket[]> = once(server, "connection");
  const script = `HANGING_NAMES="$0" NODE_OPTIONS="--import=$1"; export HANGING_NAMES NODE_OPTIONS; shift; exec "$@"`;
  const command = [process.execPath, mainFile, "--port", "0", ...flags];
  const node = processes.start("node-cli", "/bin/sh", ["-c", script, folder, preload, ...command]);
  const [told] = await asked;
  told?.destroy();
  server.close();
  return node;
}

// Windows has neither signals nor named pipes.
describe.skipIf(process.platform === "win32")("while a name look-up hangs (needs POSIX signals, mkfifo)", () => {
  test.for([
    { signal: "SIGINT", flags: ["--peer", "gone.example:9101"] },
    { signal: "SIGTERM", flags: ["--peer", "gone.example:9101", "--peer", "lost.example:9101"] },
    { signal: "SIGINT", flags: ["--host", "gone.example"] },
    { signal: "SIGTERM", flags: ["--host", "gone.example"] },
  ] as const)("$signal ends a node with $flags, with exit code 0", async ({ signal, flags }, { processes }) => {
    const node = await startWithoutNames(processes, ...flags);
    node.signal(signal);
    expect(await node.exited).toStrictEqual({ code: 0, signal: null });
  });

  test("peers with an address are found all the same", async ({ processes }) => {
    const peer = await startNode(processes);
    const flags = ["--peer", "gone.example:9101", "--peer", peer.address, "--interval", "0.2", "--json"];
    const node = await startWithoutNames(processes, ...flags);
    const line = await node.stdout.find("the peer", (text) => (text.includes('"ALIVE"') ? text : undefined));
    expect(line).toContain(peer.id);
  });
});
