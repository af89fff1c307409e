import { instantMs, nodeId } from "@mutirao/primitives";
import type { RegistryEntry } from "@mutirao/registry";
import { describe, expect, test } from "vitest";
import { registryJson, registryLine, transitionJson } from "../src/registry-output.ts";

const self = nodeId("ab12cd34-0000-4000-8000-000000000000");
const at = { host: "127.0.0.1", port: 9102 };
const clocks = { now: instantMs(10_500), wallOffsetMs: 1_763_855_999_500 };

function entry(id: string): RegistryEntry {
  return { key: id, serverId: nodeId(id), endpoint: at, lastSeenAt: instantMs(500), status: "ALIVE" };
}

const unseen: RegistryEntry = {
  key: "127.0.0.1:9103",
  serverId: undefined,
  endpoint: { host: "127.0.0.1", port: 9103 },
  lastSeenAt: undefined,
  status: "NEVER_SEEN",
};

describe("the brief's line", () => {
  test("has every peer that was seen, and no other", () => {
    expect(registryLine(self, [entry("b"), unseen], clocks)).toBe(
      "[ab12cd34] registry: { 'b': { server_id: 'b', host: '127.0.0.1', port: 9102, last_seen: 1763856000, status: 'ALIVE' } }\n",
    );
  });

  test("stays one line of printable ASCII, whatever a peer calls itself", () => {
    const line = registryLine(self, [entry("it's \\ \u001b[31m\n\u202e")], clocks);
    expect(line).toMatch(/^[ -~]+\n$/);
    expect(line).toContain("'it\\'s \\\\ \\u001b[31m\\u000a\\u202e'");
  });
});

describe("JSON", () => {
  test("has every peer, those never seen with null", () => {
    expect(JSON.parse(registryJson(self, [entry("b"), unseen], clocks))).toEqual({
      event: "registry",
      at: 1_763_856_010,
      server_id: self,
      registry: {
        b: { server_id: "b", host: "127.0.0.1", port: 9102, last_seen: 1_763_856_000, status: "ALIVE" },
        "127.0.0.1:9103": { server_id: null, host: "127.0.0.1", port: 9103, last_seen: null, status: "NEVER_SEEN" },
      },
    });
  });

  test.each(["__proto__", "constructor", "\u2028"])("%j is a key like any other", (id) => {
    const { registry } = JSON.parse(registryJson(self, [entry(id)], clocks));
    expect(Object.getOwnPropertyDescriptor(registry, id)?.value).toMatchObject({ server_id: id });
  });

  test("tells a transition, and where the peer answers", () => {
    const transition = { peer: nodeId("b"), endpoint: at, from: "ALIVE", to: "TIMEOUT", reason: "silent" } as const;
    expect(JSON.parse(transitionJson(transition, clocks))).toEqual({
      event: "transition",
      at: 1_763_856_010,
      peer: "b",
      from: "ALIVE",
      to: "TIMEOUT",
      reason: "silent",
      host: "127.0.0.1",
      port: 9102,
    });
  });
});

test("when the wall clock jumps by an hour, the display moves by an hour, and nothing else changes", () => {
  const jumped = { ...clocks, wallOffsetMs: clocks.wallOffsetMs + 3_600_000 };
  const before = JSON.parse(registryJson(self, [entry("b")], clocks));
  const after = JSON.parse(registryJson(self, [entry("b")], jumped));
  expect(after.registry.b).toEqual({ ...before.registry.b, last_seen: before.registry.b.last_seen + 3_600 });
});
