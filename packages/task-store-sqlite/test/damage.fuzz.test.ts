import { truncateSync } from "node:fs";
import { createPrng } from "@mutirao/primitives";
import type { StoreChange } from "@mutirao/task-store";
import {
  accepted,
  endedStatus,
  leased,
  sampleLease,
  sampleTask,
  sampleTasks,
  updated,
} from "@mutirao/task-store/conformance";
import { expect, it } from "vitest";
import {
  cutAt,
  DATABASE,
  imagesAfter,
  knownIn,
  LOG,
  openImage,
  putImage,
  readImage,
  type StoreImage,
  withFlippedBit,
} from "./support/store-image.ts";
import { temporaryDirectory } from "./support/temporary-directory.ts";

const REFUSED = ["ERR_STORE_CORRUPT", "ERR_STORE_VERSION"];
const LOG_HEADER_BYTES = 32;
const FRAME_BYTES = 24 + 4_096;
const NOTHING_KNOWN = "[{},[]]";

/** Whether the byte says that its frame ends a transaction: the rest of one looks like another one if it is wrong. */
const isInCommitMark = (byte: number): boolean => {
  const inFrame = (byte - LOG_HEADER_BYTES) % FRAME_BYTES;
  return inFrame >= 4 && inFrame < 8;
};

const WRITES: readonly (readonly StoreChange[])[] = [
  sampleTasks(0, 20).map(accepted),
  [accepted(sampleTask(30, { type: "x".repeat(6_000) }))],
  ...[31, 32, 33, 34].map((n) => [
    accepted(sampleTask(n)),
    updated(sampleTask(n - 31).id, endedStatus("done", n)),
    updated(sampleTask(n - 20).id, endedStatus("failed", n)),
    leased(sampleLease("w1", n, n % 2 === 0 ? "b" : undefined)),
    leased(sampleLease(`w-${n}`, 1, "b")),
  ]),
];

interface Pictures {
  /** Where each of them is put to be looked at. */
  readonly directory: string;
  /** After each write. */
  readonly running: readonly StoreImage[];
  /** What is to be read after each write. */
  readonly rows: readonly string[];
  /** The last one of the running, and the one after close(). */
  readonly last: StoreImage;
  readonly closed: StoreImage;
  readonly whole: string;
}

function takePictures(): Pictures {
  const directory = `${temporaryDirectory()}/store`;
  const images = imagesAfter(directory, WRITES);
  const [running, last, closed] = [images.slice(0, -1), images.at(-2) ?? expect.fail(), images.at(-1) ?? expect.fail()];
  expect(Object.keys(last).sort()).toEqual([DATABASE, LOG]);
  expect(Object.keys(closed)).toEqual([DATABASE]);
  const rows = running.map((image) => readImage(directory, image));
  const whole = rows.at(-1) ?? expect.fail();
  expect(new Set(rows).size).toBe(WRITES.length);
  expect(openImage(directory, closed)).toBe(whole);
  return { directory, running, rows, last, closed, whole };
}

const sizeOf = (image: StoreImage, name: string): number => image[name]?.length ?? 0;

it("a bit that flips in the header of the database is found, or does no harm", { timeout: 60_000 }, () => {
  const { directory, last, closed, whole } = takePictures();
  const outcomes = new Set<string>();
  for (let bit = 0; bit < 8 * 100; bit++) {
    // Without a log, and here and there with one in which a whole header stands.
    const opened = openImage(directory, withFlippedBit(closed, DATABASE, bit));
    expect([...REFUSED, whole], `bit ${bit}`).toContain(opened);
    outcomes.add(opened);
    if (bit % 5 > 0) continue;
    const read = readImage(directory, withFlippedBit(last, DATABASE, bit));
    expect([...REFUSED, whole], `bit ${bit}, with a log`).toContain(read);
  }
  expect(outcomes).toEqual(new Set([...REFUSED, whole]));
});

it("a bit that flips anywhere else in the database is found, or does no harm", () => {
  const { directory, closed, whole } = takePictures();
  const prng = createPrng("flip a bit");
  const counts = { found: 0, harmless: 0 };
  for (let round = 0; round < 800; round++) {
    const bit = prng.integer(8 * 100, 8 * sizeOf(closed, DATABASE) - 1);
    const outcome = readImage(directory, withFlippedBit(closed, DATABASE, bit));
    expect(["ERR_STORE_CORRUPT", whole], `bit ${bit}`).toContain(outcome);
    counts[outcome === whole ? "harmless" : "found"]++;
  }
  expect(counts.found).toBeGreaterThan(100);
  expect(counts.harmless).toBeGreaterThan(100);
});

it("a database that was cut short is found", () => {
  const { directory, closed } = takePictures();
  for (let length = 0; length < sizeOf(closed, DATABASE); length += 256) {
    expect(readImage(directory, cutAt(closed, DATABASE, length)), `cut at ${length}`).toBe("ERR_STORE_CORRUPT");
  }
});

it("a log that was torn at any byte gives the writes before", { timeout: 120_000 }, () => {
  const { directory, running, last } = takePictures();
  const ends = running.map((image) => sizeOf(image, LOG));
  const known = running.map((image) => {
    putImage(directory, image);
    return knownIn(directory);
  });
  const log = `${directory}/${LOG}`;
  putImage(directory, last);
  // From its end on: every byte of the last frame, and of the others those near their ends and here and there.
  for (let length = sizeOf(last, LOG); length >= 0; ) {
    truncateSync(log, length);
    const wholeWrites = ends.filter((end) => end <= length).length;
    expect(knownIn(directory), `cut at ${length}`).toBe(known[wholeWrites - 1] ?? NOTHING_KNOWN);
    const left = (length - LOG_HEADER_BYTES) % FRAME_BYTES;
    length -= sizeOf(last, LOG) - length < FRAME_BYTES || left < 30 || left > FRAME_BYTES - 5 ? 1 : 40;
  }
});

it("a bit that flips in the log is found, or takes the last writes with it as if they were torn", () => {
  const { directory, running, rows, last } = takePictures();
  const ends = running.map((image) => sizeOf(image, LOG));
  const [beforeLastTwo, beforeLast] = [ends.at(-3) ?? expect.fail(), ends.at(-2) ?? expect.fail()];
  const prng = createPrng("flip a bit of the log");
  let found = 0;
  for (let bit = 0; bit < 8 * sizeOf(last, LOG); bit += prng.integer(1, 250)) {
    const outcome = readImage(directory, withFlippedBit(last, LOG, bit));
    const byte = bit >> 3;
    const allowed =
      byte >= beforeLast
        ? [rows.at(-2), ...(isInCommitMark(byte) ? ["ERR_STORE_CORRUPT"] : [])]
        : ["ERR_STORE_CORRUPT", ...(byte >= beforeLastTwo ? [rows.at(-3)] : [])];
    expect(allowed, `bit ${bit}`).toContain(outcome);
    if (outcome === "ERR_STORE_CORRUPT") found++;
  }
  expect(found).toBeGreaterThan(500);
  for (let bit = 0; bit < 8 * LOG_HEADER_BYTES; bit++) {
    expect(readImage(directory, withFlippedBit(last, LOG, bit)), `bit ${bit}`).toBe("ERR_STORE_CORRUPT");
  }
});
