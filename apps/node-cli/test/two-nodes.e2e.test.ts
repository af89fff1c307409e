import { freePort, ownLoopbackHost, test } from "@mutirao/process-tests";
import { describe, expect } from "vitest";
import { startJsonNode, startNode } from "./support/nodes.ts";

const patient = ["--interval", "0.2", "--timeout", "10"];

describe("two nodes", () => {
  test("find each other, whichever starts first", async ({ processes }) => {
    const host = ownLoopbackHost();
    const port = await freePort(host);
    const first = await startJsonNode(processes, "--peer", `${host}:${port}`, ...patient);
    const second = await startJsonNode(
      processes,
      ...["--host", host, "--port", String(port), "--peer", first.address, ...patient],
    );

    const [seenByFirst, seenBySecond] = await Promise.all([
      first.transition({ peer: second.id }),
      second.transition({ peer: first.id }),
    ]);
    for (const seen of [seenByFirst, seenBySecond]) {
      expect(seen).toMatchObject({ from: "NEVER_SEEN", to: "ALIVE", reason: "first-answer" });
    }
    const ofFirst = await first.registry("the other", (shown) => second.id in shown);
    expect(ofFirst.registry[second.id]).toMatchObject({ server_id: second.id, host, port, status: "ALIVE" });
    const ofSecond = await second.registry("the other", (shown) => first.id in shown);
    expect(ofSecond.registry[first.id]).toMatchObject({ server_id: first.id, port: first.port, status: "ALIVE" });
  });

  test("are known by a fresh UUID each, unless --id says otherwise", async ({ processes }) => {
    const [one, other, named] = await Promise.all([
      startNode(processes),
      startNode(processes),
      startNode(processes, "--id", "SERVER_2"),
    ]);
    const uuid = /^[\da-f]{8}-[\da-f]{4}-[1-8][\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/;
    expect(one.id).toMatch(uuid);
    expect(other.id).toMatch(uuid);
    expect(one.id).not.toBe(other.id);
    expect(named.id).toBe("SERVER_2");
  });

  test("one killed is TIMEOUT with the other, and ALIVE with the first answer after its return", async ({
    processes,
  }) => {
    const flags = await fixedAddress("returning");
    const mortal = await startJsonNode(processes, ...flags, ...patient);
    const watcher = await startJsonNode(processes, "--peer", mortal.address, "--interval", "0.2", "--timeout", "0.6");
    await watcher.transition({ peer: "returning", to: "ALIVE" });

    const killedAt = watcher.stdout.lines.length;
    await mortal.kill();
    await watcher.transition({ peer: "returning", from: "ALIVE", to: "TIMEOUT", reason: "silent" }, killedAt);
    const returnedAt = watcher.stdout.lines.length;
    await startJsonNode(processes, ...flags, ...patient);
    await watcher.transition({ peer: "returning", from: "TIMEOUT", to: "ALIVE", reason: "answered-again" }, returnedAt);
  });
});

/** Flags of a node that can be started again where it was. */
async function fixedAddress(id: string): Promise<readonly string[]> {
  const host = ownLoopbackHost();
  return ["--host", host, "--port", String(await freePort(host)), "--id", id];
}
