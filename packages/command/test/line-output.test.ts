import { Writable } from "node:stream";
import { expect, test } from "vitest";
import { createLineOutput } from "../src/line-output.ts";

/** A stream whose writes end as the test says. Like stdout, which Node brings back to life, it outlives its errors. */
function scene() {
  const taken: string[] = [];
  const told: string[] = [];
  let outcome: "takes" | "waits" | "ENOSPC" | "EPIPE" = "takes";
  let waiting: (() => void) | undefined;
  const stream = new Writable({
    autoDestroy: false,
    decodeStrings: false,
    write(line: string, _encoding, done) {
      if (outcome === "ENOSPC" || outcome === "EPIPE") {
        done(Object.assign(new Error(outcome), { code: outcome }));
        return;
      }
      taken.push(line);
      if (outcome === "takes") done();
      else waiting = done;
    },
  });
  stream.on("error", () => (stream as Writable & { _undestroy(): void })._undestroy());
  const output = createLineOutput(
    stream,
    () => told.push("gone"),
    (leftOut) => told.push(`${leftOut} left out`),
  );
  return {
    taken,
    told,
    setOutcome: (next: typeof outcome) => {
      outcome = next;
    },
    catchUp: () => waiting?.(),
    /** Writes, and lets the stream tell what became of it. */
    async write(line: string) {
      output.write(line);
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

test("lines that a full disk refuses are left out, and counted once there is room again", async () => {
  const stage = scene();
  await stage.write("one\n");
  stage.setOutcome("ENOSPC");
  for (const line of ["two\n", "three\n"]) await stage.write(line);
  expect(stage.told).toEqual([]);
  stage.setOutcome("takes");
  for (const line of ["four\n", "five\n"]) await stage.write(line);
  expect(stage.taken).toEqual(["one\n", "four\n", "five\n"]);
  expect(stage.told).toEqual(["2 left out"]);
});

test("a reader that has left is told of once, and nothing more is written", async () => {
  const stage = scene();
  stage.setOutcome("EPIPE");
  for (const line of ["one\n", "two\n"]) await stage.write(line);
  stage.setOutcome("takes");
  await stage.write("three\n");
  expect(stage.taken).toEqual([]);
  expect(stage.told).toEqual(["gone"]);
});

test("above 1 MiB that waits for a slow reader, lines are left out until it has caught up", async () => {
  const stage = scene();
  stage.setOutcome("waits");
  const long = "x".repeat(600_000);
  for (const line of [long, long, "late\n", "later\n"]) await stage.write(line);
  expect(stage.taken).toEqual([long]);
  stage.setOutcome("takes");
  stage.catchUp();
  await stage.write("welcome\n");
  expect(stage.taken).toEqual([long, long, "welcome\n"]);
  expect(stage.told).toEqual(["2 left out"]);
});
