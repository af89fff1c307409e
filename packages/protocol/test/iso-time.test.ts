import { epochMs } from "@mutirao/primitives";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatIsoTime, parseIsoTime } from "../src/index.ts";

const LAST_MS = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

test("every day of four centuries, and each end of the years, is spelled as the platform spells it, and read back", () => {
  const days: number[] = [];
  for (let day = Date.UTC(1970, 0, 1); day < Date.UTC(2401, 0, 1); day += 86_400_000) days.push(day, day + 86_399_999);
  expect(days.length).toBeGreaterThan(300_000);
  for (const ms of [...days, LAST_MS]) {
    const text = new Date(ms).toISOString();
    if (formatIsoTime(epochMs(ms)) !== text) throw new Error(`${text} is spelled ${formatIsoTime(epochMs(ms))}`);
    if (parseIsoTime(text) !== ms) throw new Error(`${text} is read as ${parseIsoTime(text)}`);
  }
});

test("any moment is", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: LAST_MS }), (ms) => {
      const text = new Date(ms).toISOString();
      expect(formatIsoTime(epochMs(ms))).toBe(text);
      expect(parseIsoTime(text)).toBe(ms);
    }),
    { numRuns: 5_000 },
  );
});

test("dates before 1970 are read", () => {
  fc.assert(
    fc.property(fc.integer({ min: Date.UTC(1, 0, 1), max: 0 }), (ms) => {
      expect(parseIsoTime(new Date(ms).toISOString())).toBe(ms);
    }),
  );
  expect(parseIsoTime("0000-01-01T00:00:00Z")).toBe(Date.parse("0000-01-01T00:00:00Z"));
});

test("moments that cannot be spelled are moved to the nearest that can", () => {
  expect([-1, LAST_MS + 1, 1_000.9].map((ms) => formatIsoTime(epochMs(ms)))).toEqual([
    "1970-01-01T00:00:00.000Z",
    "9999-12-31T23:59:59.999Z",
    "1970-01-01T00:00:01.000Z",
  ]);
});

describe("what others write", () => {
  test.each([
    ["2026-11-03T12:34:56Z", "2026-11-03T12:34:56.000Z"],
    ["2026-11-03T12:34:56", "2026-11-03T12:34:56.000Z"],
    ["2026-11-03 12:34:56", "2026-11-03T12:34:56.000Z"],
    ["2026-11-03t12:34:56z", "2026-11-03T12:34:56.000Z"],
    ["2026-11-03T12:34", "2026-11-03T12:34:00.000Z"],
    ["2026-11-03", "2026-11-03T00:00:00.000Z"],
    ["2026-11-03T12:34:56.7Z", "2026-11-03T12:34:56.700Z"],
    ["2026-11-03T12:34:56,78Z", "2026-11-03T12:34:56.780Z"],
    ["2026-11-03T12:34:56.789123", "2026-11-03T12:34:56.789Z"],
    ["2026-11-03T12:34:56.789999999Z", "2026-11-03T12:34:56.789Z"],
    ["2026-11-03T12:34:56+00:00", "2026-11-03T12:34:56.000Z"],
    ["2026-11-03T09:34:56-03:00", "2026-11-03T12:34:56.000Z"],
    ["2026-11-03T09:34:56.5-0300", "2026-11-03T12:34:56.500Z"],
    ["2026-11-03T09:34:56-03", "2026-11-03T12:34:56.000Z"],
    ["2026-11-03T18:04:56+05:30", "2026-11-03T12:34:56.000Z"],
    ["2026-12-31T23:30:00-03:00", "2027-01-01T02:30:00.000Z"],
    ["2024-03-01T00:00:00+01:00", "2024-02-29T23:00:00.000Z"],
    ["2000-02-29T00:00:00Z", "2000-02-29T00:00:00.000Z"],
  ])("%s", (text, expected) => {
    expect(parseIsoTime(text)).toBe(Date.parse(expected));
  });

  test.each([
    "",
    "now",
    "2026",
    "2026-11",
    "2026-11-3",
    "26-11-03",
    "2026-13-01",
    "2026-00-01",
    "2026-11-31",
    "2026-11-00",
    "2026-02-29",
    "1900-02-29",
    "2026-11-03T",
    "2026-11-03T24:00:00Z",
    "2026-11-03T12:60:00Z",
    "2026-11-03T12:34:60Z",
    "2026-11-03T12:34:56.Z",
    "2026-11-03T12:34:56.1234567890Z",
    "2026-11-03T12:34:56+24:00",
    "2026-11-03T12:34:56+03:60",
    "2026-11-03T12:34:56+3:00",
    "2026-11-03Z",
    "2026-11-03T12Z",
    " 2026-11-03",
    "2026-11-03T12:34:56Z ",
    "+2026-11-03",
    "20261103T123456Z",
    "1793709296",
    "٢٠٢٦-11-03",
  ])("%j is no time", (text) => {
    expect(parseIsoTime(text)).toBeUndefined();
  });
});
