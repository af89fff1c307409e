import { durationMs, type EpochMs, epochMs, nodeId, taskId } from "@mutirao/primitives";
import { describe, expect, test } from "vitest";
import type { LoanView } from "../src/index.ts";
import {
  type JournalEntry,
  type JournalNotice,
  sentenceOf,
  type TaskFacts,
  whyBorrow,
  whyLoan,
  whyPeer,
  whyTask,
} from "../src/journal.ts";

const PEER = "10.0.0.2:9101";
const remote = { host: "10.9.9.9", port: 5_000 };
const ms = durationMs;
const w = nodeId("w1");
const own = { backlog: 0, idle: 1, home: 2, lent: 1, lendMax: 8, lendReserve: 0 };
const weighing = { workers: 2, waitMs: ms(2_000), triggerMs: ms(100), backlog: 40, serviceMs: ms(100), slots: 2 };
const loan = { kind: "loan-changed", loan: "w1@3", worker: w, peer: PEER } as const;

const sentences: readonly (readonly [JournalNotice, string])[] = [
  [
    {
      kind: "load-changed",
      from: "NORMAL",
      to: "SATURATED",
      causes: ["backlog"],
      backlog: 12,
      workers: 1,
      backlogHigh: 10,
      backlogLow: 4,
    },
    "The load went from NORMAL to SATURATED because of backlog: 12 tasks waited with 1 worker (the limit is 10 tasks).",
  ],
  [
    {
      ...{
        kind: "load-changed",
        from: "SATURATED",
        to: "NORMAL",
        causes: [],
        backlog: 1,
        workers: 2,
        backlogHigh: 10,
        backlogLow: 4,
      },
      ...{ waitMs: ms(350), waitHighMs: ms(2_000), waitLowMs: ms(500) },
    },
    "The load went from SATURATED to NORMAL: 1 task waited, for 350 ms, with 2 workers (it is over below 4 tasks or 500 ms).",
  ],
  [
    {
      kind: "load-changed",
      from: "NORMAL",
      to: "STALLED",
      causes: ["workers"],
      backlog: 2,
      workers: 0,
      backlogHigh: 10,
      backlogLow: 4,
    },
    "The load went from NORMAL to STALLED: 2 tasks waited and no worker came.",
  ],
  [
    {
      kind: "peer-transitioned",
      transition: {
        peer: nodeId("b"),
        endpoint: { host: "10.0.0.2", port: 9101 },
        from: "ALIVE",
        to: "TIMEOUT",
        reason: "silent",
      },
    },
    "Peer b at 10.0.0.2:9101 went from ALIVE to TIMEOUT: no answer came for the timeout.",
  ],
  [
    { kind: "borrow-weighed", reason: "wait-above-trigger", ...weighing },
    "It was worth asking for 2 workers more: 40 tasks of about 100 ms before 2 slots meant a wait of 2.0 s, above the trigger of 100 ms.",
  ],
  [
    { kind: "borrow-weighed", reason: "wait-below-trigger", ...weighing, backlog: 1, waitMs: ms(50) },
    "No worker was worth asking for: 1 task of about 100 ms before 2 slots meant a wait of 50 ms, not above the trigger of 100 ms.",
  ],
  [
    { kind: "borrow-weighed", reason: "own-workers-away", ...weighing, slots: 0, waitMs: ms(Number.POSITIVE_INFINITY) },
    "Nobody was asked, although 40 tasks of about 100 ms before 0 slots meant a wait without end, above the trigger of 100 ms: own lent workers come back first.",
  ],
  [
    { kind: "borrow-weighed", reason: "limit", ...weighing },
    "Nobody was asked, although 40 tasks of about 100 ms before 2 slots meant a wait of 2.0 s, above the trigger of 100 ms: as many are borrowed as may be (--borrow-max).",
  ],
  [
    { kind: "borrow-asked", peer: PEER, workers: 1, waitMs: ms(2_000), triggerMs: ms(100) },
    "10.0.0.2:9101 was asked for 1 worker, since the wait of 2.0 s was above the trigger of 100 ms.",
  ],
  [
    { kind: "borrow-asked", peer: PEER, workers: 2, waitMs: undefined, triggerMs: undefined },
    "10.0.0.2:9101 was asked for 2 workers, by an operator's order.",
  ],
  [
    { kind: "borrow-asked", peer: PEER, workers: 2, waitMs: ms(2_000), triggerMs: ms(100), isObserved: true },
    "10.0.0.2:9101 would have been asked for 2 workers, since the wait of 2.0 s was above the trigger of 100 ms; lending is only observed.",
  ],
  [
    { kind: "borrow-answered", peer: PEER, asked: 3, workers: [w, nodeId("w2")], code: undefined },
    "10.0.0.2:9101 promised w1 and w2, of 3 workers that it was asked for.",
  ],
  [
    { kind: "borrow-answered", peer: PEER, asked: 3, workers: [], code: "LEND_NONE_IDLE" },
    "10.0.0.2:9101, asked for 3 workers, promised nobody [LEND_NONE_IDLE]: no worker is idle at this moment.",
  ],
  [
    { kind: "borrow-answered", peer: PEER, asked: 3, workers: [], code: "LEND_OF_A_LATER_VERSION" },
    "10.0.0.2:9101, asked for 3 workers, promised nobody [LEND_OF_A_LATER_VERSION].",
  ],
  [
    { kind: "borrow-unanswered", peer: PEER, asked: 1 },
    "10.0.0.2:9101 was asked for 1 worker and did not answer in time.",
  ],
  [{ kind: "promise-broken", peer: PEER, worker: w }, "Worker w1, promised by 10.0.0.2:9101, did not come in time."],
  [
    { kind: "lend-asked", peer: PEER, remote, needed: 2, code: undefined, backlog: 40, own },
    "10.0.0.2:9101 asked for 2 workers for its 40 waiting tasks and could have some: here 0 tasks waited, own workers at home were 2, of them idle 1, and away 1 (at most 8, keeping 0).",
  ],
  [
    { kind: "lend-asked", peer: PEER, remote, needed: 2, code: "LEND_OFF", ifOn: "some", backlog: 40, own },
    "10.0.0.2:9101 asked for 2 workers for its 40 waiting tasks and got none at that moment [LEND_OFF], the master does not lend: its options say so; with --lending on it could have had some: here 0 tasks waited, own workers at home were 2, of them idle 1, and away 1 (at most 8, keeping 0).",
  ],
  [
    {
      kind: "lend-asked",
      peer: PEER,
      remote,
      needed: 1,
      code: "LEND_OFF",
      ifOn: "LEND_LIMIT",
      backlog: undefined,
      own,
    },
    "10.0.0.2:9101 asked for 1 worker and got none at that moment [LEND_OFF], the master does not lend: its options say so; with --lending on it would have got none either [LEND_LIMIT]: here 0 tasks waited, own workers at home were 2, of them idle 1, and away 1 (at most 8, keeping 0).",
  ],
  [
    { kind: "lend-asked", peer: undefined, remote, needed: 1, code: "LEND_UNKNOWN_PEER", backlog: undefined, own },
    "10.9.9.9:5000, none of the peers, asked for 1 worker and got none at that moment [LEND_UNKNOWN_PEER], the one who asks is none of the master's peers, or none that is alive: here 0 tasks waited, own workers at home were 2, of them idle 1, and away 1 (at most 8, keeping 0).",
  ],
  [
    {
      kind: "reclaim-ordered",
      peer: PEER,
      workers: 2,
      why: "own tasks wait",
      weighed: { backlog: 5, waitMs: ms(500), thresholdMs: ms(100) },
    },
    "From 10.0.0.2:9101, 2 lent workers were called back: own tasks wait (5 tasks meant a wait of 500 ms, above the 100 ms at which lent workers are due).",
  ],
  [
    { ...loan, direction: "out", from: undefined, to: "flushing", reason: "its lease is on the way to the disk" },
    "Worker w1 was promised to 10.0.0.2:9101; before it may be told, the lease is written down.",
  ],
  [
    { ...loan, direction: "out", from: "lent", to: "lost", reason: "nothing was heard of it" },
    "Worker w1, lent to 10.0.0.2:9101, counted as lost: nothing was heard of it.",
  ],
  [
    { ...loan, direction: "in", from: undefined, to: "held", reason: "it has come" },
    "Worker w1 of 10.0.0.2:9101 was here and given tasks: it has come.",
  ],
  [
    { kind: "guest-refused", worker: w, owner: "a\nb", remote, why: "its owner is none of the peers" },
    "Worker w1 from 10.9.9.9:5000 said that a\\u000ab had lent it, and was sent home: its owner is none of the peers.",
  ],
  [
    { kind: "guest-unreturnable", worker: w, peer: PEER, returns: 3 },
    "Worker w1 of 10.0.0.2:9101 was told 3 times to go home, and stayed.",
  ],
  [
    { kind: "order-refused", word: "COMMAND_RELEASE", remote, workers: [w] },
    "COMMAND_RELEASE from 10.9.9.9:5000 about w1 was refused: neither its workers nor its guests.",
  ],
  [
    {
      kind: "attempt-failed",
      task: taskId("t"),
      attempt: 2,
      worker: w,
      code: "ERR_WORKER_LOST",
      message: "its connection ended",
    },
    "Attempt 2 at task t by borrowed worker w1 brought no result: its connection ended [ERR_WORKER_LOST].",
  ],
];

test.each(sentences.map(([notice, sentence]) => ({ notice, sentence })))("$sentence", ({ notice, sentence }) => {
  expect(sentenceOf(notice)).toBe(sentence);
  // As it is read back from a file, where a wait without end is null.
  expect(sentenceOf(JSON.parse(JSON.stringify(notice)))).toBe(sentence);
});

let counted = 0;
const at = (seconds: number): EpochMs => epochMs(1_000_000 + 1_000 * seconds);
const entry = (seconds: number, notice: JournalNotice): JournalEntry => ({ n: ++counted, at: at(seconds), notice });

const borrowed = (seconds: number, to: "held" | "releasing" | "left", reason: string) =>
  entry(seconds, { ...loan, direction: "in", from: to === "held" ? undefined : "held", to, reason });

/** A burst, an ask, a promise, a loan, and things that have nothing to do with it. */
const story: readonly JournalEntry[] = [
  entry(0, { kind: "borrow-asked", peer: "10.0.0.9:9101", workers: 1, waitMs: undefined, triggerMs: undefined }),
  entry(1, {
    kind: "load-changed",
    from: "NORMAL",
    to: "SATURATED",
    causes: ["backlog"],
    backlog: 40,
    workers: 2,
    backlogHigh: 10,
    backlogLow: 4,
  }),
  entry(1, { kind: "borrow-weighed", reason: "wait-above-trigger", ...weighing }),
  entry(1, { kind: "borrow-asked", peer: PEER, workers: 2, waitMs: ms(2_000), triggerMs: ms(100) }),
  entry(2, { kind: "borrow-answered", peer: PEER, asked: 2, workers: [w], code: undefined }),
  borrowed(3, "held", "it has come"),
  entry(3, {
    ...loan,
    loan: "w2@1",
    worker: nodeId("w2"),
    direction: "in",
    from: undefined,
    to: "held",
    reason: "it has come",
  }),
  entry(4, {
    kind: "attempt-failed",
    task: taskId("t"),
    attempt: 1,
    worker: w,
    code: "ERR_WORKER_LOST",
    message: "gone",
  }),
  borrowed(5, "releasing", "its owner wants it back"),
  borrowed(6, "left", "it has gone home"),
  entry(7, { kind: "promise-broken", worker: w, peer: PEER }),
];

const eventsOf = (why: { readonly steps: readonly { readonly event: string }[] } | undefined) =>
  why?.steps.map(({ event }) => event);

describe("why a loan", () => {
  test("a borrowed worker: what was weighed, asked and promised, its steps, and what happened to it", () => {
    const why = whyLoan("w1@3", undefined, story);
    expect(why?.answer).toBe("It is over: worker w1 of 10.0.0.2:9101 was gone: it has gone home.");
    expect(eventsOf(why)).toEqual([
      ...["load-changed", "borrow-weighed", "borrow-asked", "borrow-answered"],
      ...["loan-changed", "attempt-failed", "loan-changed", "loan-changed"],
    ]);
  });

  test("a lent worker: who asked, its steps, and that it was called back", () => {
    const out = (seconds: number, to: "flushing" | "lent") =>
      entry(seconds, { ...loan, direction: "out", from: undefined, to, reason: "it has left for the borrower" });
    const entries = [
      entry(0, { kind: "lend-asked", peer: PEER, remote, needed: 2, code: undefined, backlog: 40, own }),
      out(1, "flushing"),
      out(2, "lent"),
      entry(3, { kind: "reclaim-ordered", peer: PEER, workers: 1, why: "own tasks wait", weighed: undefined }),
      entry(3, {
        kind: "reclaim-ordered",
        peer: "10.0.0.9:9101",
        workers: 1,
        why: "own tasks wait",
        weighed: undefined,
      }),
    ];
    const view = { direction: "out", state: "lent", endedAt: undefined } as LoanView;
    const why = whyLoan("w1@3", view, entries);
    expect(why?.answer).toBe("It is lent: worker w1 was with 10.0.0.2:9101: it has left for the borrower.");
    expect(eventsOf(why)).toEqual(["lend-asked", "loan-changed", "loan-changed", "reclaim-ordered"]);
  });

  test("of a worker of ours, where a guest has the same name and number: not the guest's", () => {
    const ours = [
      entry(8, { ...loan, direction: "out", from: undefined, to: "flushing", reason: "its lease is on the way" }),
      entry(9, { ...loan, direction: "out", from: "flushing", to: "offered", reason: "the lease is durable" }),
    ];
    const view = { direction: "out", state: "offered", endedAt: undefined } as LoanView;
    const why = whyLoan("w1@3", view, [...story, ...ours]);
    expect(why?.steps.map((step) => step.at)).toEqual([at(8), at(9)]);
    const past = { direction: "in", state: "left", endedAt: at(6) } as LoanView;
    expect(whyLoan("w1@3", past, [...story, ...ours])?.answer).toMatch(/^It is over: worker w1 of 10\.0\.0\.2:9101/);
  });

  test("of another team, whose loans have numbers of ours, which begin anew with us: only the last by that name", () => {
    const foreign = (seconds: number, from: "held" | undefined, to: "held" | "left") =>
      entry(seconds, { ...loan, loan: "w1@x1", direction: "in", from, to, reason: `at ${seconds}` });
    const entries = [
      ...[foreign(1, undefined, "held"), foreign(2, "held", "left")],
      ...[foreign(100, undefined, "held"), foreign(200, "held", "left")],
    ];
    expect(whyLoan("w1@x1", undefined, entries)?.steps.map((step) => step.at)).toEqual([at(100), at(200)]);
  });

  test("one that nobody knows of has no answer; one that the journal has forgotten has a short one", () => {
    expect(whyLoan("w9@1", undefined, story)).toBeUndefined();
    const view = { state: "held", reason: "it has come" } as LoanView;
    expect(whyLoan("w9@1", view, story)).toEqual({ answer: "It is held: it has come.", steps: [] });
  });
});

describe("why it borrows, or not", () => {
  const facts = { backlog: 0, guests: 1, peers: 2, peersAlive: 1, refrains: undefined };
  test.each([
    [
      { ...facts, peers: 0, peersAlive: 0 },
      story,
      /^It has no peers to borrow from; now: 0 tasks waiting, 1 borrowed worker here\.$/,
    ],
    [{ ...facts, peersAlive: 0 }, story, /^None of its 2 peers is alive, so there is nobody to ask; /],
    [
      { ...facts, refrains: "lending-off" as const },
      [],
      /^It borrows nobody: it was started with --lending off; now: 0 /,
    ],
    [{ ...facts, refrains: "draining" as const }, story, /^It borrows nobody any more: it is about to end; now: 0 /],
    [facts, [], /^No task has waited yet while a peer was alive/],
    [
      facts,
      story,
      /^When it was last weighed, it was worth asking for 2 workers more: 40 tasks .+ the trigger of 100 ms; now: /,
    ],
  ])("%j", (told, entries, answer) => {
    expect(whyBorrow(entries, told).answer).toMatch(answer);
  });

  test("the chain has what is about borrowing, and not more of it than one reads", () => {
    expect(eventsOf(whyBorrow(story, facts))).not.toContain("attempt-failed");
    const many = Array.from({ length: 500 }, (_, second) =>
      entry(second, { kind: "borrow-unanswered", peer: PEER, asked: 1 }),
    );
    const { steps } = whyBorrow(many, facts);
    expect(steps.length).toBeLessThanOrEqual(60);
    expect(steps.at(-1)?.at).toBe(at(499));
  });
});

test("why a peer: its pulse, what was asked of it, and what is lent", () => {
  const peer = { address: PEER, id: "b", status: "ALIVE", lent: 0, borrowed: 1 } as const;
  const { answer, steps } = whyPeer(peer, story);
  expect(answer).toBe("b at 10.0.0.2:9101 is alive; it has 0 workers of ours, and 1 worker of its own here.");
  expect(eventsOf({ steps })).toEqual([
    ...["borrow-asked", "borrow-answered", "loan-changed", "loan-changed", "loan-changed", "loan-changed"],
    "promise-broken",
  ]);
  expect(whyPeer({ ...peer, id: undefined, status: "NEVER_SEEN" }, []).answer).toMatch(
    /^10\.0\.0\.2:9101 has never answered/,
  );
});

describe("why a task", () => {
  const done: TaskFacts = {
    ...{ id: "t", type: "QUERY", state: "done", attempts: 2, worker: w, error: undefined },
    farm: { workers: 2, able: 1 },
    ...{ acceptedAt: at(1), startedAt: at(3.5), endedAt: at(3.75) },
    stories: [{ attempt: 1, worker: nodeId("own"), code: "ERR_TASK_FAILED", message: "no", at: at(2) }],
  };

  test("by a borrowed worker: what was decided while it waited, whose worker had it, and how it ended", () => {
    const why = whyTask(done, story);
    expect(why.answer).toBe(
      "Task t is done: w1, borrowed from 10.0.0.2:9101 (loan w1@3) had it, 2.5 s after it was accepted, for 250 ms.",
    );
    expect(eventsOf(why)).toEqual([
      ...["task-accepted", "load-changed", "borrow-weighed", "borrow-asked", "borrow-answered", "attempt-failed"],
      ...["loan-changed", "attempt-began", "task-ended"],
    ]);
  });

  test("by an own worker, or by one that was borrowed at another time", () => {
    expect(whyTask({ ...done, worker: nodeId("own") }, story).answer).toMatch(/^Task t is done: own had it, /);
    expect(whyTask({ ...done, startedAt: at(8), endedAt: at(9) }, story).answer).toMatch(
      /^Task t is done: w1 had it, /,
    );
  });

  test("one that still waits, or runs, or ended badly", () => {
    const waits = { ...done, state: "pending", worker: undefined, startedAt: undefined, endedAt: undefined };
    expect(whyTask(waits, story).answer).toBe("Task t is pending: no worker has had it yet.");
    expect(whyTask({ ...waits, farm: { workers: 1, able: 0 } }, story).answer).toBe(
      "Task t is pending: no worker has had it yet, and of 1 worker none can do QUERY.",
    );
    expect(whyTask({ ...waits, farm: { workers: 0, able: 0 } }, story).answer).toMatch(
      /yet, and there is no worker\.$/,
    );
    const runs = { ...done, state: "running", endedAt: undefined };
    expect(whyTask(runs, story).answer).toMatch(
      /^Task t is running: its last attempt, by w1, borrowed from .+, began 2\.5 s after/,
    );
    const failed = { ...done, state: "failed", error: { code: "ERR_TASK_FAILED", message: "no" } };
    expect(whyTask(failed, story).steps.at(-1)?.sentence).toBe("It ended as failed: no [ERR_TASK_FAILED].");
  });
});
