import { transportConformance } from "@mutirao/transport/conformance";
import { describe, it } from "vitest";
import { createTcpHarness } from "./tcp-harness.ts";

describe("the TCP transport keeps every promise of the port", () => {
  for (const { name, run } of transportConformance) {
    it(name, { timeout: 30_000 }, () => run(createTcpHarness()));
  }
});
