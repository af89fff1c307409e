import { pino } from "pino";
import { expect, test } from "vitest";
import { sayListening } from "../src/say-listening.ts";

function said(host: string): unknown[] {
  const lines: Record<string, unknown>[] = [];
  const logger = pino({ base: null }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  sayListening(logger, { host, port: 9101 });
  return lines.map(({ level, event }) => [level, event]);
}

test.each(["127.0.0.1", "127.0.0.9", "::1"])("%s is this machine's own affair", (host) => {
  expect(said(host)).toEqual([[30, "listening"]]);
});

test.each(["0.0.0.0", "::", "192.168.0.5", "fe80::1"])("%s is open to the network, and the log warns", (host) => {
  expect(said(host)).toEqual([
    [30, "listening"],
    [40, "open-to-network"],
  ]);
});
