import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  CLASS_LINE_MAX_BYTES,
  decodeLine,
  encodedBytes,
  encodeMessage,
  SESSION_LINE_MAX_BYTES,
  type SendableMessage,
} from "../src/index.ts";
import { arbitraryMessages } from "./support/arbitrary-messages.ts";

/** Whether its line may be longer than the class's. */
function isLong(message: SendableMessage): boolean {
  switch (message.kind) {
    case "worker-welcome":
    case "task-batch":
    case "result-batch":
    case "result-acks":
    case "performance-report":
      return true;
    case "worker-alive":
      return message.hello !== undefined;
    case "heartbeat-request":
    case "heartbeat-reply":
      return message.peer?.guests !== undefined || message.peer?.wanted !== undefined;
    case "release-completed":
      return message.leases !== undefined;
    default:
      return "terms" in message;
  }
}

describe.each(Object.entries(arbitraryMessages))("%s", (_, arbitrary) => {
  test("comes back from its line as it was, and the line is ASCII", () => {
    let sent = 0;
    fc.assert(
      fc.property(arbitrary, (message) => {
        const maxBytes = isLong(message) ? SESSION_LINE_MAX_BYTES : CLASS_LINE_MAX_BYTES;
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
