import type { Mutant } from "./mutants.ts";

const LENDING = "node-core/src/machines/lending";
const LOANS = `${LENDING}/loans-out.ts`;
const POLICIES = "node-core/src/policies/lending";

/** Deliberate mistakes in lending, each to be found in the world of masters that lend each other workers. */
export const lendingMutants: readonly Mutant[] = [
  {
    name: "offer-before-flush",
    what: "A worker is offered, and told to go, before its lease is durable.",
    file: LOANS,
    find: `(isDurable) => {
    state.flushed.push({ loan, isDurable });
  });`,
    replace: `() => {});
  state.flushed.push({ loan, isDurable: true });`,
    caughtBy: "durable-offer",
  },
  {
    name: "release-said-once",
    what: "COMMAND_RELEASE is said once only.",
    file: `${LENDING}/guests.ts`,
    find: "state.due.schedule(guest, after(now, durationMs(waitMs)));",
    replace: "void waitMs;",
    caughtBy: "transitions",
  },
  {
    name: "epochs-forgotten",
    what: "After a restart the numbers of leases begin anew.",
    file: LOANS,
    find: "    state.epochs.set(worker, epoch);\n    const peer",
    replace: "    const peer",
    caughtBy: "epochs",
  },
  {
    name: "release-is-return",
    what: "A worker that its borrower gives back counts as home.",
    file: LOANS,
    find: '    loan.phase = "returning";\n    expect(state, loan, now);',
    replace: '    comeHome(state, loan, "", now);\n    continue;',
    caughtBy: "belief",
  },
  {
    name: "lends-while-asking",
    what: "A master that asks for workers, or has guests, lends.",
    file: `${POLICIES}/spare.ts`,
    find: "guests > 0 || incoming > 0 || asked > 0;",
    replace: "guests + incoming + asked < 0;",
    caughtBy: "no-swap",
  },
  {
    name: "guests-lent-on",
    what: "A guest with nothing to do counts as a worker to lend, and its being here as no reason not to.",
    file: `${LENDING}/own-figures.ts`,
    find: "if (worker.owner !== undefined || worker.isBarred",
    replace: "if (worker.isBarred",
    more: [{ find: "    guests: guestSlots,", replace: "    guests: 0," }],
    caughtBy: "no-swap",
  },
  {
    name: "stale-alive-while-returning",
    what: "A line that a worker said before it left brings it home while it is on its way.",
    file: LOANS,
    find: 'if (epoch !== undefined && epoch < loan.epoch) return { kind: "hold", epoch: loan.epoch };',
    replace: "",
    caughtBy: "belief",
  },
  {
    name: "taken-back-unnumbered",
    what: "An offer is taken back, or a lost worker found, without spending a number.",
    file: LOANS,
    find: "const next = Math.max(epoch, epochOf(state, worker)) + 1;",
    replace: "const next = Math.max(epoch, epochOf(state, worker));",
    caughtBy: "belief",
  },
  {
    name: "completed-believed",
    what: "An owner believes a borrower that says RELEASE_COMPLETED.",
    file: `${LENDING}/releases.ts`,
    find: "if (peer !== undefined) state.care.completed(",
    replace: `for (const id of told.workers) {
    const loan = state.loans.open.get(id);
    if (loan !== undefined && loan.peer === peer)
      state.loans.onHome({ id, style: "session" } as WorkerRecord, loan.epoch, now);
  }
  if (peer !== undefined) state.care.completed(`,
    caughtBy: "belief",
  },
  {
    name: "seeks-for-ever",
    what: "A worker that was sent away dials its borrower for ever.",
    file: "node-core/src/machines/worker-reach.ts",
    find: "const TRIES_MAX = 3;\nconst SEEKING_MAX_MS = seconds(15);",
    replace: "const TRIES_MAX = 1e9;\nconst SEEKING_MAX_MS = seconds(1e6);",
    caughtBy: "seeking",
  },
  {
    name: "promised-for-ever",
    what: "A worker counts from AVAILABLE on, whether it comes or not.",
    file: `${LENDING}/asks.ts`,
    find: "state.promises.schedule(one, after(now, forMs));",
    replace: "void forMs;",
    caughtBy: "promises",
  },
  {
    name: "address-believed",
    what: "Workers are sent to whatever address a WORKER_REQUEST names.",
    file: `${LENDING}/requests.ts`,
    find: "return told === unmappedHost(remote) ||",
    replace: "return told.length > 0 ||",
    caughtBy: "destinations",
  },
  {
    name: "ids-in-an-object",
    what: "The numbers of leases are kept in a plain object, which has a `constructor` before anybody is lent.",
    file: LOANS,
    find: "epochs: createBoundedMap(options.loansMax),",
    replace: `epochs: ((kept: Record<string, number>) => ({
      get: (id: string) => kept[id],
      set: (id: string, epoch: number) => void (kept[id] = epoch),
    }))({}) as never,`,
    caughtBy: "assertions",
  },
  {
    name: "timer-never-cleared",
    what: "The time for an answer goes on when the conversation is over.",
    file: `${LENDING}/exchanges.ts`,
    find: "    open.delete(exchange.conn);\n    overdue.cancel(exchange);",
    replace: "    open.delete(exchange.conn);",
    caughtBy: "lifecycle",
  },
  {
    name: "guests-linger",
    what: "A guest that has nothing to do stays until it is called back.",
    file: `${POLICIES}/guest-stays.ts`,
    find: "return figures.present - slots < kept - lendingParameters.loadSlack ?",
    replace: "return figures.present - slots < 1e9 + kept ?",
    caughtBy: "settling",
  },
  {
    name: "never-reclaims",
    what: "An owner whose tasks wait leaves its workers where they are.",
    file: `${POLICIES}/reclaim.ts`,
    find: "if (lent <= beingReclaimed) return 0;",
    replace: "if (lent >= beingReclaimed) return 0;",
    more: [{ find: "return oldestWaitMs > overdueMs(figures) ? 1 : 0;", replace: "return 0;" }],
    caughtBy: "reclaims",
  },
  {
    name: "goes-without-its-task",
    what: "A worker that is told to move goes at once, with what it was running; and busy ones are lent.",
    file: "node-core/src/machines/worker-moving.ts",
    find: "if (runs > 0 || (results > 0 && !move.isHopeless)) return false;",
    replace: "if (runs < 0 && results > 0) return false;",
    more: [
      {
        file: `${LENDING}/own-figures.ts`,
        find: 'worker.status === "alive" && hasNothing(worker);',
        replace: 'worker.status === "alive";',
      },
    ],
    caughtBy: "free-moves",
  },
  {
    name: "strangers-told-all",
    what: "Whoever shows that it knows EXT is told how this master fares.",
    file: `${LENDING}/peer-talk.ts`,
    find: `      if (peer === undefined) {
        const workers = request`,
    replace: `      if (peer === undefined) return { figures: figures(now), wanted: request.peer.guests ?? [] };
      if (peer === undefined) {
        const workers = request`,
    caughtBy: "amplification",
  },
  {
    name: "never-asks",
    what: "A master whose tasks wait asks nobody.",
    file: `${POLICIES}/needed-workers.ts`,
    find: 'if (waitMs <= weighed.triggerMs) return none("wait-below-trigger");',
    replace: 'if (waitMs >= 0) return none("wait-below-trigger");',
    caughtBy: "help",
  },
  {
    name: "foreign-guests-hurried",
    what: "A guest of another team's master is sent home as soon as one of ours would be.",
    file: `${LENDING}/guest-care.ts`,
    find: "peer.isOurs ? undefined : classLendingTimes.minStayMs",
    replace: "undefined",
    caughtBy: "stays",
  },
  {
    name: "busy-guests-sent-home",
    what: "A guest that its owner wants back goes before its task has ended.",
    file: `${LENDING}/guest-care.ts`,
    find: "const idle = hasNothing(guest.worker);",
    replace: "const idle = guest.isWanted || hasNothing(guest.worker);",
    caughtBy: "stays",
  },
  {
    name: "limits-ignored",
    what: "What the operator allows to be lent is not looked at.",
    file: `${POLICIES}/spare.ts`,
    find: "Math.max(0, Math.min(home - lendReserve, lendMax - lent));",
    replace: "Math.max(0, home - 0 * (lendReserve + lendMax + lent));",
    caughtBy: "lending-limits",
  },
  {
    name: "names-believed",
    what: "Who a line says that it comes from is believed, wherever it comes from.",
    file: `${LENDING}/peer-table.ts`,
    find: "host !== undefined && host === unmapped(remote.host);",
    replace: "host !== undefined && unmapped(remote.host) !== undefined;",
    caughtBy: "authority",
  },
  {
    name: "loan-not-booked",
    what: "A loan that begins is not remembered, so its worker is lent again.",
    file: LOANS,
    find: "  state.open.set(worker.id, loan);\n  state.epochs",
    replace: "  state.epochs",
    caughtBy: "one-lease",
  },
  {
    name: "home-in-name-only",
    what: "A worker that says that it goes home asks the borrower for work.",
    file: "node-core/src/machines/worker-moves.ts",
    find: "  link.aim(at);",
    replace: "  link.aim(allegiance.isAway ? at : link.target);",
    caughtBy: "one-master",
  },
  {
    name: "home-and-barred",
    what: "An own worker that is home is given nothing.",
    file: `${LENDING}/greetings.ts`,
    find: 'worker.isBarred = verdict.kind !== "serve";',
    replace: 'worker.isBarred = verdict.kind === "serve";',
    caughtBy: "own-idle",
  },
  {
    name: "failed-and-forgotten",
    what: "A task that has failed, and may be tried again, is not.",
    file: "node-core/src/machines/attempts.ts",
    find: "  state.backlog.delay(task, after(now, retryDelayMs(task.failures, state.options, state.prng)));\n",
    replace: "",
    caughtBy: "all-end",
  },
  {
    name: "lease-never-ends",
    what: "A worker stays with a borrower that never gives it back, however old its lease is.",
    file: "node-core/src/machines/worker-allegiance.ts",
    find: "const leaseEndsAt = after(now, leaseMs);",
    replace: "const leaseEndsAt = after(now, durationMs(leaseMs + 1e9));",
    caughtBy: "homecoming",
  },
  {
    name: "former-guest-kept",
    what: "A guest whose process was replaced by another stays a guest for ever.",
    file: "node-core/src/machines/sessions.ts",
    find: "  lending.onWorkerLost(former, now);\n",
    replace: "  void lending;\n",
    caughtBy: "homecoming",
  },
];
