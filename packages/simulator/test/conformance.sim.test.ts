import { transportConformance } from "@mutirao/transport/conformance";
import { describe, it } from "vitest";
import type { StreamStyle } from "../src/network/stream-style.ts";
import { createSimHarness } from "./sim-harness.ts";

const styles: Readonly<Record<string, StreamStyle>> = {
  "whole chunks": { cutRate: 0, byteByByteRate: 0, mergeRate: 0, windowBytes: 256 * 1_024 },
  "torn chunks": { cutRate: 0.7, byteByByteRate: 0.3, mergeRate: 0.3, windowBytes: 64 * 1_024 },
  "a narrow window": { cutRate: 0.3, byteByByteRate: 0.02, mergeRate: 0.1, windowBytes: 12_000 },
};

describe.each(Object.entries(styles))("the simulated transport, with %s", (name, style) => {
  it.each(transportConformance)("$name", ({ run, name: what }) => run(createSimHarness(`${name}/${what}`, style)));
});
