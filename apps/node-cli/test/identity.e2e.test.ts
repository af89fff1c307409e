import { freePort, ownLoopbackHost, parseRecord, test } from "@mutirao/process-tests";
import { describe, expect } from "vitest";
import { registriesPassed, startJsonNode, startNode } from "./support/nodes.ts";

const fast = ["--interval", "0.2"];
const patient = [...fast, "--timeout", "10"];

/** Flags that bind a node to an address of its own, which stays free while nobody is there. */
async function ownAddress(): Promise<{ readonly flags: readonly string[]; readonly address: string }> {
  const host = ownLoopbackHost();
  const port = await freePort(host);
  return { flags: ["--host", host, "--port", String(port)], address: `${host}:${port}` };
}

const countOf = (lines: readonly string[], event: string): number =>
  lines.filter((line) => parseRecord(line)?.["event"] === event).length;

describe("who a peer is, and where", () => {
  test("a new id at the same address: the old one is TIMEOUT, then dropped as replaced", async ({ processes }) => {
    const { flags, address } = await ownAddress();
    const old = await startNode(processes, ...flags, "--id", "old", ...patient);
    const watcher = await startJsonNode(processes, "--peer", address, ...fast, "--timeout", "2");
    await watcher.transition({ peer: "old", to: "ALIVE" });

    await old.kill();
    await startNode(processes, ...flags, "--id", "new", ...patient);
    await watcher.transition({ peer: "new", from: "NEVER_SEEN", to: "ALIVE", reason: "first-answer" });
    await watcher.registry("both", (shown) => "old" in shown && shown["new"]?.status === "ALIVE");
    await watcher.transition({ peer: "old", from: "ALIVE", to: "TIMEOUT", reason: "silent" });
    const dropped = await watcher.transition({ peer: "old", to: "DROPPED" });
    expect(dropped).toMatchObject({ from: "TIMEOUT", reason: "replaced" });

    const { registry } = await watcher.registry("it alone", (shown) => !("old" in shown), watcher.stdout.lines.length);
    expect(Object.keys(registry)).toStrictEqual(["new"]);
  });

  test("the same id at a new address before it was missed: it has moved, and was never away", async ({ processes }) => {
    const [before, afterwards] = await Promise.all([ownAddress(), ownAddress()]);
    const first = await startNode(processes, ...before.flags, "--id", "nomad", ...patient);
    const peers = ["--peer", before.address, "--peer", afterwards.address];
    const watcher = await startJsonNode(processes, ...peers, ...patient);
    await watcher.transition({ peer: "nomad", to: "ALIVE" });

    await first.kill();
    await startNode(processes, ...afterwards.flags, "--id", "nomad", ...patient);
    const { registry } = await watcher.registry(
      "it at its new address",
      ({ nomad }) => nomad?.host === afterwards.address.split(":")[0],
    );
    expect(registry["nomad"]).toMatchObject({ server_id: "nomad", status: "ALIVE" });
    expect(Object.values(registry).filter(({ server_id }) => server_id === "nomad")).toHaveLength(1);
    expect(watcher.transitions()).toHaveLength(1);
    await watcher.logged({ event: "peer-moved" });
  });

  test("the same id at a new address after it was missed: it is back, and has moved", async ({ processes }) => {
    const [before, afterwards] = await Promise.all([ownAddress(), ownAddress()]);
    const first = await startNode(processes, ...before.flags, "--id", "nomad", ...patient);
    const peers = ["--peer", before.address, "--peer", afterwards.address];
    const watcher = await startJsonNode(processes, ...peers, ...fast, "--timeout", "0.6");
    await watcher.transition({ peer: "nomad", to: "ALIVE" });

    const killedAt = watcher.stdout.lines.length;
    await first.kill();
    await watcher.transition({ peer: "nomad", to: "TIMEOUT", reason: "silent" }, killedAt);
    await startNode(processes, ...afterwards.flags, "--id", "nomad", ...patient);
    await watcher.transition({ peer: "nomad", from: "TIMEOUT", to: "ALIVE", reason: "moved" }, killedAt);
    const [host] = afterwards.address.split(":");
    const { registry } = await watcher.registry("it there", ({ nomad }) => nomad?.host === host, killedAt);
    expect(registry["nomad"]).toMatchObject({ server_id: "nomad", status: "ALIVE" });
    expect(Object.values(registry).filter(({ server_id }) => server_id === "nomad")).toHaveLength(1);
  });

  test("two live addresses with one id: one warning, and both are shown", async ({ processes }) => {
    const [one, other] = await Promise.all([ownAddress(), ownAddress()]);
    await Promise.all([one, other].map(({ flags }) => startNode(processes, ...flags, "--id", "twin", ...patient)));
    const watcher = await startJsonNode(processes, "--peer", one.address, "--peer", other.address, ...patient);

    const warning = await watcher.logged({ event: "id-shared" });
    expect(JSON.stringify(warning)).toContain("twin");
    const isBoth = (shown: object): boolean => Object.keys(shown).length === 2;
    const { registry } = await watcher.registry("both", isBoth, watcher.stdout.lines.length);
    const shownAt = Object.values(registry).map(({ host, port }) => `${host}:${port}`);
    expect(shownAt.toSorted()).toStrictEqual([one.address, other.address].toSorted());
    expect(Object.values(registry)).toMatchObject(Array(2).fill({ server_id: "twin", status: "ALIVE" }));
    expect("twin" in registry).toBe(true);
    const second = Object.keys(registry).find((key) => key !== "twin");
    expect([`twin@${one.address}`, `twin@${other.address}`]).toContain(second);

    await registriesPassed(watcher, 5);
    expect(countOf(watcher.stderr.lines, "id-shared")).toBe(1);
  });

  test("a node in its own list of peers says so once, and goes on", async ({ processes }) => {
    const { flags, address } = await ownAddress();
    const peer = await startNode(processes, ...patient);
    const node = await startJsonNode(processes, ...flags, "--peer", address, "--peer", peer.address, ...patient);

    await node.logged({ event: "self-found" });
    await node.transition({ peer: peer.id, to: "ALIVE" });
    await registriesPassed(node, 5);
    expect(countOf(node.stderr.lines, "self-found")).toBe(1);
    expect(node.transitions().map(({ peer: id }) => id)).toStrictEqual([peer.id]);
    const { registry } = await node.registry("anybody", () => true, node.stdout.lines.length);
    expect(registry).not.toHaveProperty(node.id);
  });
});
