import type { Mutant } from "./mutants.ts";

const ATTEMPTS = "node-core/src/machines/attempts.ts";
const BACKLOG = "node-core/src/machines/backlog.ts";
const CLASS = "node-core/src/machines/class-workers.ts";
const FARM = "node-core/src/machines/farm.ts";
const LEDGER = "node-core/src/machines/task-ledger.ts";
const LOAD_STATE = "node-core/src/policies/load-state.ts";
const MASTER = "node-core/src/master-node.ts";
const SESSIONS = "node-core/src/machines/sessions.ts";

/** Deliberate mistakes in masters and workers, each to be found in the world of farms. */
export const farmMutants: readonly Mutant[] = [
  {
    name: "send-and-forget",
    what: "A task leaves the ledger when it is sent, not when its result is recorded.",
    file: ATTEMPTS,
    find: "  state.farm.served(worker);\n  return attempt;",
    replace: `  state.farm.served(worker);
  (state.ledger.live as Map<typeof task.order.id, LiveTask>).delete(task.order.id);
  return attempt;`,
    caughtBy: "conservation",
  },
  {
    name: "ack-before-commit",
    what: "A result is acknowledged when it comes, not when it is durable.",
    file: ATTEMPTS,
    find: `  worker.tasksDone++;
  task.acks = [...task.acks, ack];`,
    replace: `  worker.tasksDone++;
  ack();`,
    caughtBy: "durability",
  },
  {
    name: "accepted-before-commit",
    what: "A submitter is told that its tasks are accepted before they are durable.",
    file: LEDGER,
    find: "  whenAllKnown(awaited, answer);",
    replace: "  answer();",
    caughtBy: "durability",
  },
  {
    name: "note-tells-all",
    what: "Any write about a task that becomes durable is taken for the one that its acknowledgement waits for.",
    file: LEDGER,
    find: 'if (task.notesOpen === 0 && task.phase !== "ending") acknowledge(task);',
    replace: "acknowledge(task);",
    caughtBy: "durability",
  },
  {
    name: "recorded-twice",
    what: "A second result of a task is recorded over the first.",
    file: ATTEMPTS,
    find: 'if (isLive && outcome.isOk && task.phase !== "ending" && task.phase !== "accepting") {',
    replace: 'if (isLive && outcome.isOk && task.phase !== "accepting") {',
    caughtBy: "recording",
  },
  {
    name: "attribution-by-order-alone",
    what: "A class worker's result is taken for that of its last task, on whatever connection it comes.",
    file: CLASS,
    find: "if (conn === givenOn || (acceptedBefore !== undefined && conn > acceptedBefore)) return attempt;",
    replace: "return attempt;",
    caughtBy: "provenance",
  },
  {
    name: "late-push-result-misread",
    what: "A push worker that is late is given another task, for which its late result is then taken.",
    file: ATTEMPTS,
    find: "else if (isStillExpected) state.overdue.schedule(attempt, after(now, attempt.allowedMs));",
    replace: "",
    caughtBy: "slots",
  },
  {
    name: "second-task-to-class-worker",
    what: "A class worker that asks is given a task, though it has not answered for the last one.",
    file: CLASS,
    find: "const isFree = worker.attempts.size === 0 && ",
    replace: "const isFree = ",
    caughtBy: "slots",
  },
  {
    name: "task-for-nobody",
    what: "A class worker that has gone since it asked is given a task all the same.",
    file: CLASS,
    find: "!worker.isBarred && !isStale && isKnown;",
    replace: "!worker.isBarred && isKnown;",
    caughtBy: "slots",
  },
  {
    name: "session-words-to-class-workers",
    what: "A push worker is told to cancel in words that it does not know.",
    file: ATTEMPTS,
    find: '  if (attempt.worker.style === "session") letGo(state, attempt);\n}',
    replace: "  letGo(state, attempt);\n}",
    caughtBy: "slots",
  },
  {
    name: "poison-never-dead",
    what: "Losing a worker costs a task nothing, so a task that kills its workers goes on for ever.",
    file: ATTEMPTS,
    find: "  task.losses++;\n",
    replace: "",
    caughtBy: "attempts",
  },
  {
    name: "abort-costs-an-attempt",
    what: "A task that a leaving worker hands back has failed.",
    file: ATTEMPTS,
    find: '  "ERR_TASK_ABORTED",\n',
    replace: "",
    caughtBy: "attempts",
  },
  {
    name: "back-to-the-tail",
    what: "A task that is given back goes behind all others.",
    file: "node-core/src/machines/lane.ts",
    find: "else returned.add(entry);",
    replace: "else entries.push(entry);",
    caughtBy: "order",
  },
  {
    name: "retry-at-once",
    what: "A task that failed is tried again at once.",
    file: BACKLOG,
    find: "      delayed.schedule(task, until);",
    replace: "      delayed.schedule(task, (until - until) as InstantMs);",
    caughtBy: "order",
  },
  {
    name: "wall-clock-deadlines",
    what: "The wait before a retry is measured by the time of day.",
    file: ATTEMPTS,
    find: "state.backlog.delay(task, after(now, retryDelayMs(task.failures, state.options, state.prng)));",
    replace:
      "state.backlog.delay(task, (state.clock.at(now) - 1.7e12 + retryDelayMs(task.failures, state.options, state.prng)) as InstantMs);",
    caughtBy: "order",
  },
  {
    name: "grace-ignored",
    what: "A worker whose connection is gone loses its tasks at once.",
    file: FARM,
    find: `      state.graces.schedule(worker, after(now, options.graceMs));
      setStatus(state, worker, "away");`,
    replace: `      state.graces.schedule(worker, now);
      setStatus(state, worker, "away");`,
    caughtBy: "presence",
  },
  {
    name: "own-stall-blames-workers",
    what: "A master that was stalled gives its attempts up for the time that it slept through.",
    file: MASTER,
    find: "    attempts.onResumed(now);\n",
    replace: "",
    caughtBy: "presence",
  },
  {
    name: "silence-never-noticed",
    what: "A worker that falls silent keeps its tasks for as long as its connection seems to stand.",
    file: FARM,
    find: 'for (const worker of silent) lose(worker, "silent");',
    replace: "for (const worker of silent) state.sessions.heard(worker, now);",
    caughtBy: "presence",
  },
  {
    name: "resync-never-gives-back",
    what: "What a returned worker neither holds nor reports stays with it.",
    file: SESSIONS,
    find: "if (worker.attempts.get(attempt.key) === attempt) attempts.giveBack(attempt, now);",
    replace: "void attempts;",
    caughtBy: "conservation",
  },
  {
    name: "given-before-the-resync",
    what: "A worker that is back is given tasks before it has said which it has done.",
    file: FARM,
    find: '(worker.style !== "session" || worker.isResynced) && !worker.isBarred;',
    replace: "!worker.isBarred;",
    caughtBy: "slots",
  },
  {
    name: "adopted-and-given-away",
    what: "A task that a returned worker keeps stays in the backlog, and is given to another as well.",
    file: ATTEMPTS,
    find: "  state.backlog.remove(task);\n  const allowedMs",
    replace: "  if (number !== task.attempts || number === 0) state.backlog.remove(task);\n  const allowedMs",
    caughtBy: "conservation",
  },
  {
    name: "full-disk-forgotten",
    what: "What the full disk refused to accept is dropped without a word.",
    file: LEDGER,
    find: "  for (const tell of intent.whenKnown) tell(false);",
    replace: "",
    caughtBy: "requests",
  },
  {
    name: "answered-twice",
    what: "A request to cancel is answered at once, and again when it is durable.",
    file: MASTER,
    find: "      cancel(machines, event, now);\n",
    replace: `      cancel(machines, event, now);
      const answer = { kind: "cancelled", task: event.task };
      machines.outbox.emit({ type: "answer", request: event.request, answer });
`,
    caughtBy: "requests",
  },
  {
    name: "one-watermark",
    what: "The state of the load is left at the same mark at which it is entered.",
    file: LOAD_STATE,
    find: 'mark === "high" ? value > marks.high : value >= marks.low;',
    replace: "value > marks.high;",
    caughtBy: "hysteresis",
  },
  {
    name: "idle-slot-forgotten",
    what: "A worker whose slot comes free is not looked at again.",
    file: ATTEMPTS,
    find: "  state.farm.review(worker);\n",
    replace: "",
    caughtBy: "idle",
  },
  {
    name: "duplicate-is-new",
    what: "A task that was handed in before and has ended is accepted once more.",
    file: LEDGER,
    find: "  if (state.ended.has(id)) return { id, isAccepted: true, isDuplicate: true };\n",
    replace: "",
    caughtBy: "assertions",
  },
  {
    name: "no-limit-to-the-backlog",
    what: "Tasks are accepted without end.",
    file: LEDGER,
    find: "live.size >= options.backlogMax || ",
    replace: "",
    caughtBy: "bounds",
  },
  {
    name: "wall-clock-forgets",
    what: "Which ended tasks are too old goes by the time of day alone.",
    file: LEDGER,
    find: "state.clock.earliestSince(instantMs(now - options.keepMs));",
    replace: "state.clock.at(instantMs(now - options.keepMs));",
    caughtBy: "keeping",
  },
  {
    name: "never-reconnects",
    what: "A worker that has lost its connection does not look for its master again.",
    file: "node-core/src/machines/worker-link.ts",
    find: "  state.failures += 1;\n  dialAfter(state, waitMs, now);",
    replace: "  state.failures += 1;\n  if (state.workedAt === undefined) dialAfter(state, waitMs, now);",
    caughtBy: "completion",
  },
];
