import { type Endpoint, formatEndpoint, instantMs, type NodeId, nodeId, seconds } from "@mutirao/primitives";
import { describe, expect, test } from "vitest";
import { createPeerRegistry, type PeerRegistry, type RegistryChange } from "../src/index.ts";

const east: Endpoint = { host: "127.0.0.1", port: 1 };
const west: Endpoint = { host: "127.0.0.1", port: 2 };
const [x, y] = [nodeId("x"), nodeId("y")];
const at = instantMs;

/** A registry with a timeout of ten seconds that tells what happens in one line each. */
function scene() {
  const registry = createPeerRegistry([east, west], seconds(10));
  const told: string[] = [];
  const tell = (now: number, changes: Iterable<RegistryChange>): void => {
    for (const change of changes) told.push(`${now / 1_000}s ${describeChange(change)}`);
  };
  return {
    registry,
    told,
    /** Wakes the registry at each of its deadlines up to this moment. */
    pass(to: number) {
      for (let due = registry.nextDeadline(); due !== undefined && due <= to; due = registry.nextDeadline()) {
        tell(due, registry.wake(due));
      }
    },
    answer(now: number, endpoint: Endpoint, id: NodeId) {
      this.pass(now);
      tell(now, registry.answered(formatEndpoint(endpoint), id, at(now)));
    },
  };
}

function describeChange(change: RegistryChange): string {
  if (change.kind === "moved") return `${change.peer} moved ${change.from.port} -> ${change.to.port}`;
  if (change.kind === "id-shared") return `${change.peer} shared by ${change.at.map(({ port }) => port).join(" and ")}`;
  const { peer, endpoint, from, to, reason } = change.transition;
  return `${peer}@${endpoint.port} ${from} -> ${to} (${reason})`;
}

const shown = (registry: PeerRegistry): string[] =>
  registry.entries().map(({ key, endpoint, status }) => `${key} at ${formatEndpoint(endpoint)}: ${status}`);

/** The addresses without a peer, with when they answered last. */
const vacant = (registry: PeerRegistry): string[] =>
  registry
    .entries()
    .filter(({ serverId }) => serverId === undefined)
    .map(({ key, status, lastSeenAt }) => `${key} ${status}, ${lastSeenAt}`);

describe("a peer", () => {
  test("that was configured and never seen is known as such", () => {
    const { registry } = scene();
    expect(shown(registry)).toEqual([
      "127.0.0.1:1 at 127.0.0.1:1: NEVER_SEEN",
      "127.0.0.1:2 at 127.0.0.1:2: NEVER_SEEN",
    ]);
    expect(registry.hasSeenAnybody).toBe(false);
    expect(registry.nextDeadline()).toBeUndefined();
  });

  test("is ALIVE with its first answer, TIMEOUT after its silence, and ALIVE with its next answer", () => {
    const stage = scene();
    stage.answer(0, east, x);
    stage.answer(5_000, east, x);
    stage.answer(90_000, east, x);
    expect(stage.told).toEqual([
      "0s x@1 NEVER_SEEN -> ALIVE (first-answer)",
      "15s x@1 ALIVE -> TIMEOUT (silent)",
      "90s x@1 TIMEOUT -> ALIVE (answered-again)",
    ]);
    expect(stage.registry.statusAt(formatEndpoint(east))).toBe("ALIVE");
    expect(stage.registry.addressOf(x)).toEqual(east);
  });
});

describe("another id at the same address", () => {
  test("replaces the old entry, which times out and is dropped one timeout after it was replaced", () => {
    const stage = scene();
    stage.answer(0, east, x);
    stage.answer(4_000, east, y);
    expect(shown(stage.registry).slice(0, 2)).toEqual(["x at 127.0.0.1:1: ALIVE", "y at 127.0.0.1:1: ALIVE"]);
    stage.answer(9_000, east, y);
    stage.answer(13_000, east, y);
    stage.pass(14_000);
    expect(stage.told).toEqual([
      "0s x@1 NEVER_SEEN -> ALIVE (first-answer)",
      "4s y@1 NEVER_SEEN -> ALIVE (first-answer)",
      "10s x@1 ALIVE -> TIMEOUT (silent)",
      "14s x@1 TIMEOUT -> DROPPED (replaced)",
    ]);
    expect(shown(stage.registry)).toEqual(["y at 127.0.0.1:1: ALIVE", "127.0.0.1:2 at 127.0.0.1:2: NEVER_SEEN"]);
  });

  test("after the old one was TIMEOUT already", () => {
    const stage = scene();
    stage.answer(0, east, x);
    stage.answer(60_000, east, y);
    stage.answer(69_000, east, y);
    stage.pass(70_000);
    expect(stage.told.slice(2)).toEqual([
      "60s y@1 NEVER_SEEN -> ALIVE (first-answer)",
      "70s x@1 TIMEOUT -> DROPPED (replaced)",
    ]);
  });

  test("and the old one comes back: it is ALIVE, and the other is replaced in turn", () => {
    const stage = scene();
    stage.answer(0, east, x);
    stage.answer(1_000, east, y);
    stage.answer(2_000, east, x);
    stage.answer(9_000, east, x);
    stage.pass(12_000);
    expect(stage.told).toEqual([
      "0s x@1 NEVER_SEEN -> ALIVE (first-answer)",
      "1s y@1 NEVER_SEEN -> ALIVE (first-answer)",
      "11s y@1 ALIVE -> TIMEOUT (silent)",
      "12s y@1 TIMEOUT -> DROPPED (replaced)",
    ]);
  });

  test("with every answer a new one: the table stays small, and each is dropped", () => {
    const stage = scene();
    for (let count = 0; count < 100; count++) stage.answer(count * 10, east, nodeId(`id-${count}`));
    expect(stage.registry.entries().length).toBeLessThanOrEqual(6);
    stage.pass(60_000);
    expect(stage.told.filter((line) => line.includes("DROPPED"))).toHaveLength(99);
  });

  test("that is no peer: the old one is dropped all the same", () => {
    const stage = scene();
    stage.answer(0, east, x);
    stage.registry.vacated(formatEndpoint(east), at(1_000));
    stage.registry.vacated(formatEndpoint(west), at(1_000));
    stage.pass(60_000);
    expect(stage.told.slice(1)).toEqual(["10s x@1 ALIVE -> TIMEOUT (silent)", "11s x@1 TIMEOUT -> DROPPED (replaced)"]);
    // Somebody was seen at the one address, and nobody ever at the other.
    expect(vacant(stage.registry)).toEqual(["127.0.0.1:1 TIMEOUT, 0", "127.0.0.1:2 NEVER_SEEN, undefined"]);
  });

  test("an entry whose verdict waits for a stall of ours is not dropped before it", () => {
    const stage = scene();
    stage.answer(0, east, x);
    stage.answer(1_000, east, y);
    stage.registry.resumed(at(9_000));
    stage.pass(60_000);
    expect(stage.told.filter((line) => line.includes(" x@"))).toEqual([
      "0s x@1 NEVER_SEEN -> ALIVE (first-answer)",
      "19s x@1 ALIVE -> TIMEOUT (silent)",
      "21s x@1 TIMEOUT -> DROPPED (replaced)",
    ]);
  });
});

describe("the same id at another address", () => {
  test("has moved, if the old address is silent", () => {
    const stage = scene();
    stage.answer(0, east, x);
    stage.answer(2_000, west, x);
    stage.answer(9_000, west, x);
    stage.pass(12_000);
    expect(stage.told).toEqual(["0s x@1 NEVER_SEEN -> ALIVE (first-answer)", "2s x moved 1 -> 2"]);
    expect(shown(stage.registry)).toEqual(["x at 127.0.0.1:2: ALIVE", "127.0.0.1:1 at 127.0.0.1:1: TIMEOUT"]);
  });

  test("leaves an entry for the old address, with the last answer that came from there, until somebody answers", () => {
    const stage = scene();
    stage.answer(0, east, x);
    stage.answer(1_000, east, x);
    stage.answer(2_000, west, x);
    expect(vacant(stage.registry)).toEqual([]);
    stage.answer(12_000, west, x);
    expect(vacant(stage.registry)).toEqual(["127.0.0.1:1 TIMEOUT, 1000"]);
    expect(stage.registry.statusAt(formatEndpoint(east))).toBe("NEVER_SEEN");
    stage.answer(13_000, east, y);
    expect(vacant(stage.registry)).toEqual([]);
    stage.answer(14_000, west, y);
    stage.answer(24_000, west, y);
    expect(vacant(stage.registry)).toEqual(["127.0.0.1:1 TIMEOUT, 13000"]);
  });

  test("has moved, if it was TIMEOUT at the old one", () => {
    const stage = scene();
    stage.answer(0, east, x);
    stage.answer(30_000, west, x);
    expect(stage.told.slice(1)).toEqual(["10s x@1 ALIVE -> TIMEOUT (silent)", "30s x@2 TIMEOUT -> ALIVE (moved)"]);
    expect(shown(stage.registry)[0]).toBe("x at 127.0.0.1:2: ALIVE");
  });

  test("is shared, if the old address goes on answering: one warning, and both are shown", () => {
    const stage = scene();
    for (let now = 0; now < 30_000; now += 2_000) {
      stage.answer(now, east, x);
      stage.answer(now + 1, west, x);
    }
    expect(stage.told).toEqual([
      "0s x@1 NEVER_SEEN -> ALIVE (first-answer)",
      "0.001s x moved 1 -> 2",
      "2s x shared by 1 and 2",
    ]);
    expect(shown(stage.registry)).toEqual(["x@127.0.0.1:1 at 127.0.0.1:1: ALIVE", "x at 127.0.0.1:2: ALIVE"]);
  });

  test("is no longer shared once one address falls silent", () => {
    const stage = scene();
    stage.answer(0, east, x);
    stage.answer(1_000, west, x);
    stage.answer(2_000, east, x);
    stage.answer(9_000, west, x);
    stage.answer(18_000, west, x);
    expect(stage.told.at(-1)).toBe("12s x@1 ALIVE -> DROPPED (answers-elsewhere)");
    expect(shown(stage.registry)).toEqual(["x at 127.0.0.1:2: ALIVE", "127.0.0.1:1 at 127.0.0.1:1: TIMEOUT"]);
  });

  test("is no longer shared once another id answers at one address", () => {
    const stage = scene();
    stage.answer(0, east, x);
    stage.answer(1_000, west, x);
    stage.answer(2_000, east, x);
    stage.answer(3_000, east, y);
    stage.answer(9_000, west, x);
    stage.answer(12_000, east, y);
    expect(stage.told.at(-1)).toBe("12s x@1 ALIVE -> DROPPED (answers-elsewhere)");
    expect(shown(stage.registry)).toEqual(["y at 127.0.0.1:1: ALIVE", "x at 127.0.0.1:2: ALIVE"]);
  });
});

test("no two entries share a key, even if a peer calls itself by another's address", () => {
  const stage = scene();
  stage.answer(0, east, nodeId("127.0.0.1:2"));
  expect(stage.registry.entries().map(({ key }) => key)).toEqual(["127.0.0.1:2", "127.0.0.1:2#2"]);
});

test.each(["__proto__", "constructor", "toString"])("%s is an id like any other", (id) => {
  const stage = scene();
  expect(stage.registry.addressOf(nodeId(id))).toBeUndefined();
  stage.answer(0, east, nodeId(id));
  expect(stage.registry.addressOf(nodeId(id))).toEqual(east);
});

test("peers keep the order in which they are configured, whoever answers first", () => {
  const stage = scene();
  stage.answer(0, west, y);
  stage.answer(1_000, east, x);
  expect(shown(stage.registry)).toEqual(["x at 127.0.0.1:1: ALIVE", "y at 127.0.0.1:2: ALIVE"]);
});
