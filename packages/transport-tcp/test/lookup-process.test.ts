import { execFileSync } from "node:child_process";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dialledConnId, isLoopback } from "@mutirao/primitives";
import { transportLimitDefaults } from "@mutirao/transport";
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { createLookupProcess, createTcpTransport, type LookupProcess, resolveHost } from "../src/index.ts";
import { startChild, type TalkingChild } from "./child-process.ts";
import { unusedPort } from "./raw-sockets.ts";
import { createWatch, type Watch } from "./tcp-harness.ts";

/** The processes that this one has started, oldest first. */
let started: { kill(signal: "SIGKILL"): boolean; once(event: "exit", run: () => void): unknown }[] = [];
const note = (message: unknown): void => void started.push((message as { process: (typeof started)[number] }).process);
beforeEach(() => {
  started = [];
  subscribe("child_process", note);
});
afterEach(() => {
  unsubscribe("child_process", note);
});

async function withLookups(body: (lookups: LookupProcess) => Promise<void>): Promise<void> {
  const lookups = createLookupProcess(2);
  try {
    await body(lookups);
  } finally {
    lookups.stop();
  }
}

describe("the look-up process", () => {
  it("asks the system, and tells what it said", () =>
    withLookups(async ({ lookup }) => {
      expect(await resolveHost("localhost", lookup)).toSatisfy(isLoopback);
      // Longer than any name may be, so that no server is asked.
      await expect(resolveHost("x".repeat(300), lookup)).rejects.toThrow(
        expect.objectContaining({ code: expect.stringMatching(/^E[A-Z_]+$/) }),
      );
      expect(started).toHaveLength(1);
    }));

  it("is not started for an IP literal", async () => {
    const port = await unusedPort("127.0.0.1");
    await new Promise<void>((resolve) => {
      const transport = createTcpTransport(
        { limits: transportLimitDefaults, localHost: undefined },
        { connOpened() {}, lineReceived() {}, lineRefused() {}, connClosed: () => void transport.stop().then(resolve) },
      );
      transport.dial(dialledConnId(0), { host: "127.0.0.1", port });
    });
    await withLookups(async ({ lookup }) => {
      for (const host of ["127.0.0.1", "::1"]) expect(await resolveHost(host, lookup)).toBe(host);
    });
    expect(started).toEqual([]);
  });

  it("that dies fails what it was asked, and the next name is asked of a new one", () =>
    withLookups(async ({ lookup }) => {
      const first = resolveHost("localhost", lookup);
      started[0]?.kill("SIGKILL");
      await expect(first).rejects.toThrow(expect.objectContaining({ code: "ECHILD" }));
      expect(await resolveHost("localhost", lookup)).toSatisfy(isLoopback);
      expect(started).toHaveLength(2);
    }));

  it("that cannot run fails what it was asked", async () => {
    const lookups = createLookupProcess(2, new URL("children/is-not-there.ts", import.meta.url));
    await expect(resolveHost("localhost", lookups.lookup)).rejects.toThrow(expect.objectContaining({ code: "ECHILD" }));
    lookups.stop();
  });

  it("is gone once it is stopped, and calls nobody back", () =>
    withLookups(async ({ lookup, stop }) => {
      expect(await resolveHost("localhost", lookup)).toSatisfy(isLoopback);
      const [child = expect.fail()] = started;
      let calls = 0;
      for (let count = 0; count < 2; count++) {
        lookup("localhost", () => void calls++);
        stop();
      }
      await new Promise<void>((resolve) => child.once("exit", resolve));
      expect([calls, started.length]).toEqual([0, 1]);
    }));
});

/** Lets a look-up hang in a process whose program dials the name, and tells when each of the two processes is gone. */
async function hangInLookup(): Promise<{ child: TalkingChild; watch: Watch; isLookupGone: () => boolean }> {
  const watch = createWatch();
  const folder = mkdtempSync(join(tmpdir(), "mutirao-lookup-"));
  const pipe = join(folder, "hangs");
  execFileSync("/bin/sh", ["-c", 'mkfifo "$0"', pipe]);
  const server = createServer().listen(join(folder, "lives"));
  const lives: Socket[] = [];
  server.on("connection", (socket) => {
    lives.push(socket.on("error", () => {}).on("close", watch.moved));
    watch.moved();
  });
  const child = startChild("hung-lookup.ts", watch.moved, { args: [pipe] });
  onTestFinished(() => {
    child.kill();
    server.close();
    rmSync(folder, { recursive: true });
  });
  await watch.until(`the look-up hangs: ${child.errors()}`, () => lives.length === 1);
  return { child, watch, isLookupGone: () => lives[0]?.closed === true };
}

describe.skipIf(process.platform === "win32")("a look-up that hangs in the system (needs mkfifo)", () => {
  it("does not keep a process from its end, once it has stopped", async () => {
    const { child, watch, isLookupGone } = await hangInLookup();
    child.tell("stop");
    await watch.until("the process exits", () => child.exitCode() !== undefined);
    expect([child.exitCode(), child.errors()]).toEqual([0, ""]);
    expect(child.lines.at(-1)).toBe("stopped");
    await watch.until("the look-up process is gone", isLookupGone);
  });

  it("does not outlive a process that is killed", async () => {
    const { child, watch, isLookupGone } = await hangInLookup();
    child.kill();
    await watch.until("the process is gone", () => child.exitCode() !== undefined);
    await watch.until("the look-up process is gone", isLookupGone);
    expect(child.exitCode()).toBeNull();
  });
});
