import { appendFile, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Notice } from "@mutirao/node-core";
import { nodeId, taskId } from "@mutirao/primitives";
import { test as base, expect } from "vitest";
import { type Journal, openJournal } from "../src/index.ts";

const test = base.extend("folder", async ({ signal: _signal }, { onCleanup }) => {
  const folder = await mkdtemp(join(tmpdir(), "mutirao-journal-"));
  onCleanup(() => rm(folder, { recursive: true }));
  return folder;
});

/** Not a claim about speed: it only turns a hang into a failure. */
const eventually = <T>(look: () => T) => expect.poll(look, { timeout: 30_000, interval: 5 });

const unanswered = (asked: number): Notice => ({ kind: "borrow-unanswered", peer: "10.0.0.2:9101", asked });
const asked = (journal: Journal) =>
  journal.entries().map(({ n, notice }) => [n, notice.kind === "borrow-unanswered" ? notice.asked : notice.kind]);

test("decisions are kept over a restart, and counted on; other notices are not", async ({ folder }) => {
  const first = await openJournal({ directory: folder });
  first.note(unanswered(1));
  first.note({ kind: "registry-due" });
  first.note(unanswered(2));
  await first.close();
  const second = await openJournal({ directory: folder });
  second.note(unanswered(3));
  expect(asked(second)).toEqual([
    [1, 1],
    [2, 2],
    [3, 3],
  ]);
  await second.close();
  expect((await readFile(join(folder, "journal.ndjson"), "utf8")).split("\n")).toHaveLength(4);
});

test.skipIf(process.platform === "win32")("nobody else may read it", async ({ folder }) => {
  const journal = await openJournal({ directory: folder });
  journal.note(unanswered(1));
  await journal.close();
  expect((await stat(join(folder, "journal.ndjson"))).mode & 0o777).toBe(0o600);
});

test("a line that a crash has torn costs that line only", async ({ folder }) => {
  const first = await openJournal({ directory: folder });
  first.note(unanswered(1));
  await first.close();
  await appendFile(join(folder, "journal.ndjson"), '{"n":2,"at":17,"noti');
  const second = await openJournal({ directory: folder });
  second.note(unanswered(2));
  await second.close();
  const third = await openJournal({ directory: folder });
  expect(asked(third)).toEqual([
    [1, 1],
    [2, 2],
  ]);
  await third.close();
});

test.for([
  '{"n":1,"at":1,"notice":{"kind":"of-another-version"}}',
  '{"n":"1","at":1,"notice":{"kind":"borrow-asked"}}',
  '{"n":1,"at":1,"notice":{"kind":"borrow-answered","peer":"10.0.0.2:9101"}}',
  '{"n":1,"at":1,"notice":{"kind":"borrow-answered","peer":"10.0.0.2:9101","asked":1,"code":"LEND_LIMIT"}}',
  '{"n":1,"at":1,"notice":{"kind":"loan-changed","loan":"w1@1","worker":7,"direction":"in","to":"held"}}',
  "[]",
  "null",
  "1",
])("a line that is no entry is left out: %s", async (line, { folder }) => {
  await writeFile(join(folder, "journal.ndjson"), `${line}\n`);
  const journal = await openJournal({ directory: folder });
  expect(journal.entries()).toEqual([]);
  await journal.close();
});

test("the files are two, and bounded; so is what is in memory", async ({ folder }) => {
  const options = { directory: folder, segmentMaxBytes: 1_000, entriesMax: 20 };
  const journal = await openJournal(options);
  for (let turn = 0; turn < 40; turn++) {
    journal.note(unanswered(turn));
    // Each is written by itself, as in a quiet master.
    await new Promise(setImmediate);
  }
  await journal.close();
  expect(journal.entries().length).toBeLessThanOrEqual(22);
  const sizes = await Promise.all(
    ["journal.ndjson", "journal.old.ndjson"].map(async (name) => (await readFile(join(folder, name))).length),
  );
  expect(Math.max(...sizes)).toBeLessThanOrEqual(1_000);
  const next = await openJournal(options);
  expect(asked(next).at(-1)).toEqual([40, 39]);
  expect(next.entries().length).toBeGreaterThan(5);
  await next.close();
});

test("whoever takes its file away while it is written loses what was in it, and nothing that comes later", async ({
  folder,
}) => {
  const journal = await openJournal({ directory: folder, segmentMaxBytes: 300 });
  journal.note(unanswered(1));
  await eventually(() => readFile(join(folder, "journal.ndjson"), "utf8")).toContain('"asked":1');
  await rm(join(folder, "journal.ndjson"));
  for (let turn = 2; turn <= 9; turn++) {
    journal.note(unanswered(turn));
    await new Promise(setImmediate);
  }
  await journal.close();
  expect(journal.lost).toBe(0);
  const next = await openJournal({ directory: folder });
  expect(asked(next).at(-1)).toEqual([9, 9]);
  await next.close();
});

test("where nothing can be written it is kept in memory, and what is lost is counted", async ({ folder }) => {
  const file = join(folder, "file");
  await writeFile(file, "");
  const journal = await openJournal({ directory: join(file, "below") });
  journal.note(unanswered(1));
  await journal.close();
  expect(asked(journal)).toEqual([[1, 1]]);
  expect(journal.lost).toBe(1);
});

test("without a folder it is kept in memory", async () => {
  const journal = await openJournal({ directory: undefined });
  journal.note(unanswered(1));
  await journal.close();
  expect(asked(journal)).toEqual([[1, 1]]);
});

test("failed attempts are kept of borrowed workers only", async () => {
  const journal = await openJournal({ directory: undefined });
  const failed = (worker: string): Notice => ({
    kind: "attempt-failed",
    task: taskId("t"),
    attempt: 1,
    worker: nodeId(worker),
    code: "ERR_WORKER_LOST",
    message: "gone",
  });
  const loan = (to: "held" | "left"): Notice => ({
    kind: "loan-changed",
    loan: "g@1",
    direction: "in",
    worker: nodeId("g"),
    peer: "10.0.0.2:9101",
    from: undefined,
    to,
    reason: "it has come",
  });
  journal.note(failed("g"));
  journal.note(loan("held"));
  journal.note(failed("g"));
  journal.note(failed("own"));
  journal.note(loan("left"));
  journal.note(failed("g"));
  expect(journal.entries().map(({ notice }) => notice.kind)).toEqual([
    "loan-changed",
    "attempt-failed",
    "loan-changed",
  ]);
  await journal.close();
});

test("what strangers can cause is kept ten times a minute at most", async () => {
  const journal = await openJournal({ directory: undefined });
  const remote = { host: "10.9.9.9", port: 1 };
  for (let count = 0; count < 500; count++)
    journal.note({ kind: "order-refused", word: "COMMAND_RELEASE", remote, workers: [] });
  // The minute may turn in between.
  expect(journal.entries().length).toBeLessThanOrEqual(20);
  expect(journal.entries().length).toBeGreaterThanOrEqual(10);
  await journal.close();
});
