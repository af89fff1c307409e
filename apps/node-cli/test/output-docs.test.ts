import { readFileSync } from "node:fs";
import { registryJson, transitionJson } from "@mutirao/command";
import { formatEndpoint, instantMs, nodeId } from "@mutirao/primitives";
import { peerStatuses, type RegistryEntry, transitionReasons } from "@mutirao/registry";
import { describe, expect, test } from "vitest";

const page = readFileSync(new URL("../../../docs/output.md", import.meta.url), "utf8");

/** The first cells of the table below a heading. */
function rowsBelow(heading: string): string[] {
  const [section = ""] = page.split(`\n### ${heading}\n`)[1]?.split(/\n##/) ?? [];
  return [...section.matchAll(/^\| (.+?) \| (.+?) \|$/gm)].slice(1).map(([, name, meaning]) => `${name}: ${meaning}`);
}

const linesOf = (table: Readonly<Record<string, string>>): string[] =>
  Object.entries(table).map(([name, meaning]) => `\`${name}\`: ${meaning}`);

/** The example line of an event in the page. */
const example = (event: string): string =>
  page.split("\n").find((line) => line.startsWith(`{"event":"${event}",`)) ?? "";

describe("docs/output.md", () => {
  test("has every status and every reason, in the words of the code", () => {
    const [dropped, ...statuses] = rowsBelow("Statuses").toReversed();
    expect(statuses.toReversed()).toEqual(linesOf(peerStatuses));
    expect(dropped).toMatch(/^`DROPPED`: /);
    expect(rowsBelow("Reasons")).toEqual(linesOf(transitionReasons));
  });

  test("shows a registry as it is printed, with a peer and an address without one", () => {
    const bia = { host: "127.0.0.1", port: 9_102 };
    const vacant = { host: "127.0.0.1", port: 9_103 };
    const entries: RegistryEntry[] = [
      { key: "bia", serverId: nodeId("bia"), endpoint: bia, lastSeenAt: instantMs(249_543), status: "ALIVE" },
      {
        key: formatEndpoint(vacant),
        serverId: undefined,
        endpoint: vacant,
        lastSeenAt: undefined,
        status: "NEVER_SEEN",
      },
    ];
    const clocks = { now: instantMs(250_021), wallOffsetMs: 1_795_416_000_000 };
    const self = nodeId("ab12cd34-0d5f-4a52-9a53-7f1f2d1f6a10");
    expect(registryJson(self, entries, clocks)).toBe(`${example("registry")}\n`);
    const [entry = {}] = Object.values(JSON.parse(example("registry")).registry);
    for (const field of Object.keys(entry as object)) expect(page).toMatch(new RegExp(`\\| \\.\\.\\. .*\`${field}\``));
  });

  test("shows a transition as it is printed, and explains each field", () => {
    const clocks = { now: instantMs(259_544), wallOffsetMs: 1_795_416_000_000 };
    const endpoint = { host: "127.0.0.1", port: 9_102 };
    const transition = { peer: nodeId("bia"), endpoint, from: "ALIVE", to: "TIMEOUT", reason: "silent" } as const;
    expect(transitionJson(transition, clocks)).toBe(`${example("transition")}\n`);
    const explained = rowsBelow("`transition`").join("\n");
    const fields = Object.keys(JSON.parse(example("transition"))).filter((field) => field !== "event");
    for (const field of fields) expect(explained).toContain(`\`${field}\``);
  });
});
