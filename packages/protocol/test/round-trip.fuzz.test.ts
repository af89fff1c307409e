import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CLASS_LINE_MAX_BYTES, decodeLine, encodedBytes, encodeMessage, SESSION_LINE_MAX_BYTES } from "../src/index.ts";
import { arbitraryMessages } from "./support/arbitrary-messages.ts";

/** Lines that may be longer than the class's. */
const SESSION_KINDS = ["worker-welcome", "task-batch", "result-batch", "result-acks", "performance-report"];

describe.each(Object.entries(arbitraryMessages))("%s", (kind, arbitrary) => {
  test("comes back from its line as it was, and the line is ASCII", () => {
    let sent = 0;
    fc.assert(
      fc.property(arbitrary, (message) => {
        const isSession =
          SESSION_KINDS.includes(kind) || (message.kind === "worker-alive" && message.hello !== undefined);
        const maxBytes = isSession ? SESSION_LINE_MAX_BYTES : CLASS_LINE_MAX_BYTES;
        // The core asks before it sends; here, too, what does not fit is not sent.
        if (encodedBytes(message) > maxBytes) {
          expect(() => encodeMessage(message)).toThrow("every reader takes our lines in one piece");
          return;
        }
        const line = encodeMessage(message);
        expect(line).toMatch(/^[ -~]+\n$/);
        expect(line).toHaveLength(encodedBytes(message));
        expect(decodeLine(line.trimEnd())).toEqual({ message });
        sent += 1;
      }),
      { numRuns: 1_000 },
    );
    expect(sent).toBeGreaterThan(500);
  });
});
