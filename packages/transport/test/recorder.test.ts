import { acceptedConnId, dialledConnId } from "@mutirao/primitives";
import { describe, expect, it } from "vitest";
import { createRecordedTransport, type RecordedTransport } from "../src/conformance/recorder.ts";
import type { ConnInfo, Transport, TransportHandler } from "../src/index.ts";

const info: ConnInfo = { remote: { host: "10.0.0.2", port: 40_000 }, local: { host: "10.0.0.1", port: 9_101 } };
const violation = { code: "ERR_LINE_TOO_LONG", detail: "too long" } as const;
const accepted = acceptedConnId(0);

/** A recorded transport whose handler the test calls as a transport would, rightly or wrongly. */
function record(): { told: TransportHandler; breaches: string[]; transport: RecordedTransport } {
  const breaches: string[] = [];
  const handlers: TransportHandler[] = [];
  const create = (handler: TransportHandler): Transport => {
    handlers.push(handler);
    return {
      listen: async (at) => at,
      dial: () => {},
      send: () => {},
      identify: () => {},
      spare: () => {},
      allow: () => {},
      owe: () => {},
      close: () => {},
      stop: async () => {},
    };
  };
  const transport = createRecordedTransport(create, () => ({}), breaches);
  const [told] = handlers;
  if (told === undefined) throw new Error("the transport was not created");
  return { told, breaches, transport };
}

describe("the recorder", () => {
  it("records what is told in order, and finds nothing wrong with it", () => {
    const { told, breaches, transport } = record();
    told.connOpened(accepted, info);
    told.lineReceived(accepted, "first");
    expect(transport.open()).toHaveLength(1);
    told.lineRefused(accepted, violation);
    told.connClosed(accepted, { code: "ERR_LINE_VIOLATION" });
    told.connClosed(dialledConnId(0), { code: "ERR_DIAL_REFUSED" });
    expect(breaches).toEqual([]);
    expect(transport.accepted().map(({ lines, refusals, closed }) => [lines, refusals, closed])).toEqual([
      [["first"], [violation], { code: "ERR_LINE_VIOLATION" }],
    ]);
    expect(transport.of(dialledConnId(0)).info).toBeUndefined();
    expect(transport.open()).toEqual([]);
  });

  const wrongs: readonly (readonly [
    what: string,
    tell: (told: TransportHandler, transport: RecordedTransport) => void,
  ])[] = [
    ["a line before connOpened", (told) => told.lineReceived(accepted, "x")],
    [
      "an accepted connection that closes and never opened",
      (told) => told.connClosed(accepted, { code: "CONN_ENDED" }),
    ],
    [
      "connOpened twice",
      (told) => {
        told.connOpened(accepted, info);
        told.connOpened(accepted, info);
      },
    ],
    [
      "connOpened after the end",
      (told) => {
        told.connClosed(dialledConnId(0), { code: "ERR_DIAL_REFUSED" });
        told.connOpened(dialledConnId(0), info);
      },
    ],
    [
      "connClosed twice",
      (told) => {
        told.connOpened(accepted, info);
        told.connClosed(accepted, { code: "CONN_ENDED" });
        told.connClosed(accepted, { code: "CONN_ENDED" });
      },
    ],
    [
      "a line after the end",
      (told) => {
        told.connOpened(accepted, info);
        told.connClosed(accepted, { code: "CONN_ENDED" });
        told.lineReceived(accepted, "x");
      },
    ],
    [
      "a line after a refused one",
      (told) => {
        told.connOpened(accepted, info);
        told.lineRefused(accepted, violation);
        told.lineReceived(accepted, "x");
      },
    ],
    [
      "a second refusal",
      (told) => {
        told.connOpened(accepted, info);
        told.lineRefused(accepted, violation);
        told.lineRefused(accepted, violation);
      },
    ],
    [
      "a line after close was asked",
      (told, transport) => {
        told.connOpened(accepted, info);
        transport.close(accepted);
        told.lineReceived(accepted, "x");
      },
    ],
  ];
  it.each(wrongs)("notices %s", (_, tell) => {
    const { told, breaches, transport } = record();
    tell(told, transport);
    expect(breaches).toHaveLength(1);
  });
});
