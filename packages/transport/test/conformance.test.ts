import { durationMs } from "@mutirao/primitives";
import { describe, expect, it } from "vitest";
import { bytesOf, conformanceCase, expectEqual } from "../src/conformance/bench.ts";
import type { TransportHarness } from "../src/conformance.ts";
import { transportConformance } from "../src/conformance.ts";
import { acceptedMax, type Transport, transportErrors, transportLimitDefaults } from "../src/index.ts";

/** A harness whose transports do nothing, so that only what the suite itself does shows. */
function createIdleHarness(transport: Partial<Transport> = {}): TransportHarness & { stops: number } {
  const never = async (): Promise<never> => {
    throw new Error("not in this harness");
  };
  const harness = {
    stops: 0,
    listenAt: { host: "10.0.0.1", port: 0 },
    otherSource: undefined,
    pathMaxBytes: 0,
    createTransport: (): Transport => ({
      listen: async (at) => at,
      dial: () => {},
      send: () => {},
      identify: () => {},
      spare: () => {},
      allow: () => {},
      owe: () => {},
      close: () => {},
      stop: async () => {},
      ...transport,
    }),
    rawDial: never,
    rawListen: never,
    unusedEndpoint: never,
    until: async (what: string, condition: () => boolean): Promise<void> => {
      if (!condition()) throw new Error(what);
    },
    quiet: async (): Promise<void> => {},
    async stop(): Promise<void> {
      harness.stops++;
    },
  };
  return harness;
}

describe("the conformance suite", () => {
  it("has cases of distinct names", () => {
    const names = transportConformance.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.length).toBeGreaterThan(40);
  });

  it.each(transportConformance)("fails a transport that does nothing: $name", async ({ name, run }) => {
    // The one promise that can be kept by doing nothing.
    const isKept = name === "stop can be called twice, and before anything was begun";
    const outcome = await run(createIdleHarness()).then(
      () => "kept",
      () => "broken",
    );
    expect(outcome).toBe(isKept ? "kept" : "broken");
  });

  it("stops the harness once, whether the case passes or fails", async () => {
    const [passing, failing] = [createIdleHarness(), createIdleHarness()];
    await conformanceCase("passes", async (bench) => void bench.create()).run(passing);
    const fails = conformanceCase("fails", async () => expectEqual(1, 2, "one"));
    await expect(fails.run(failing)).rejects.toThrow("one: expected 2, found 1");
    expect([passing.stops, failing.stops]).toEqual([1, 1]);
  });

  it("gives transports the defaults, but for the limits of the case", async () => {
    const harness = createIdleHarness();
    const given: unknown[] = [];
    const create = harness.createTransport;
    harness.createTransport = (limits, handler) => {
      given.push(limits);
      return create(limits, handler);
    };
    await conformanceCase("limits", async (bench) => void bench.create({ idleMs: durationMs(5) })).run(harness);
    expect(given).toEqual([{ ...transportLimitDefaults, idleMs: 5 }]);
  });

  it("spells text in UTF-8", () => {
    for (const text of ["", "plain", "olá €", "\u{1f9c9} mate", "\r\n\0%25"]) {
      expect(bytesOf(text)).toEqual(new TextEncoder().encode(text));
    }
  });
});

describe("the port's tables", () => {
  it("has limits that go together", () => {
    const limits = transportLimitDefaults;
    expect(limits.lineUnidentifiedMaxBytes).toBeLessThanOrEqual(limits.lineMaxBytes);
    expect(limits.outputPauseBytes).toBeLessThan(limits.outputMaxBytes);
    expect(limits.connectionsUnidentifiedMax).toBeLessThanOrEqual(limits.connectionsMax);
    expect(limits.connectionsPerSourceMax).toBeLessThanOrEqual(limits.connectionsMax);
    expect(limits.lineMaxBytes).toBeLessThanOrEqual(limits.outputMaxBytes);
  });

  it.each([
    [1, 1],
    [2, 1],
    [8, 4],
    [16, 8],
    [36, 27],
    [960, 720],
    [4_096, 3_072],
  ])("of %i connections leaves %i to those that are accepted", (connectionsMax, accepted) => {
    expect(acceptedMax(connectionsMax)).toBe(accepted);
  });

  it("says of every error what it means, in a sentence", () => {
    for (const [code, meaning] of Object.entries(transportErrors)) {
      expect(code).toMatch(/^(?:CONN|ERR)_[A-Z_]+$/);
      expect(meaning).toMatch(/^[A-Z].+\.$/);
    }
  });
});
